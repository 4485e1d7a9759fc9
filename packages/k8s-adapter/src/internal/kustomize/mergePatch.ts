/**
 * Strategic merge, as kustomize does it: mappings are merged, null deletes, lists are replaced, but for the lists of
 * built-in kinds that the API merges by a key of their items.
 */
import { groupVersion } from "../../KubernetesObject.ts"
import { isFields } from "../fields.ts"

/** The merge keys of the API's own types, by the name of the list; `k8s.io/api` marks them with `patchMergeKey`. */
const mergeKeys: ReadonlyMap<string, ReadonlyArray<string>> = new Map([
  ["containers", ["name"]],
  ["initContainers", ["name"]],
  ["ephemeralContainers", ["name"]],
  ["env", ["name"]],
  ["volumes", ["name"]],
  ["volumeMounts", ["mountPath"]],
  ["volumeDevices", ["devicePath"]],
  ["ports", ["containerPort", "port"]],
  ["imagePullSecrets", ["name"]],
  ["secrets", ["name"]],
  ["hostAliases", ["ip"]],
  ["topologySpreadConstraints", ["topologyKey"]],
  ["webhooks", ["name"]],
  ["ownerReferences", ["uid"]]
])

type Fields = Record<string, unknown>

/** The patch's items come first, in its order, as kustomize has it. */
const mergeList = (
  base: ReadonlyArray<unknown>,
  patch: ReadonlyArray<unknown>,
  key: string
): ReadonlyArray<unknown> => {
  const items = patch.filter(isFields)
  const find = (list: ReadonlyArray<unknown>, value: unknown) => list.find((one) => isFields(one) && one[key] === value)
  return [
    ...items.filter((item) => item["$patch"] !== "delete").map((item) => merged(find(base, item[key]), item, true)),
    ...base.filter((one) => !isFields(one) || find(items, one[key]) === undefined)
  ]
}

const mergeFields = (base: Fields, patch: Fields, strategic: boolean): Fields => {
  const { $patch: directive, ...fields } = patch
  const result: Fields = directive === "replace" ? {} : { ...base }
  for (const [name, value] of Object.entries(fields)) {
    if (value === null || (isFields(value) && value["$patch"] === "delete")) delete result[name]
    else result[name] = mergeField(name, result[name], value, strategic)
  }
  return result
}

const mergeField = (name: string, base: unknown, patch: unknown, strategic: boolean): unknown => {
  if (!Array.isArray(patch)) return merged(base, patch, strategic)
  const keys = strategic && Array.isArray(base) ? (mergeKeys.get(name) ?? []) : []
  const key = keys.find((one) => patch.some((item) => isFields(item) && item[one] !== undefined))
  if (key !== undefined) return mergeList(base as ReadonlyArray<unknown>, patch, key)
  return patch.map((item) => merged(undefined, item, strategic))
}

const merged = (base: unknown, patch: unknown, strategic: boolean): unknown =>
  isFields(patch) ? mergeFields(isFields(base) ? base : {}, patch, strategic) : patch

/** Kinds of a group with a name of its own are custom: no merge keys are known of them. */
const isBuiltIn = (apiVersion: string): boolean => {
  const { group } = groupVersion(apiVersion)
  return !group.includes(".") || group.endsWith(".k8s.io")
}

export const mergePatch = <A extends { readonly apiVersion: string }>(base: A, patch: Fields): A =>
  mergeFields(base as unknown as Fields, patch, isBuiltIn(base.apiVersion)) as unknown as A
