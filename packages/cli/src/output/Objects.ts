/**
 * Objects on standard output, in the formats of kubectl.
 *
 * @since 0.1.0
 */
import type { KubernetesObject, ObjectRef } from "@holdfast/k8s-adapter/KubernetesObject"
import { groupVersion } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Documents from "./Documents.ts"
import * as Table from "./Table.ts"

/**
 * An object and what became of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface ObjectResult {
  readonly ref: ObjectRef
  /** `created`, `configured`, `unchanged`, or what a dry run says. */
  readonly result: string
  /** How often it was tried. */
  readonly attempts: number
  readonly object: KubernetesObject
}

/**
 * Kind, group and name as `-o name` prints them.
 *
 * @category rendering
 * @since 0.1.0
 */
export const objectName = ({ apiVersion, kind, name }: ObjectRef): string => {
  const { group } = groupVersion(apiVersion)
  return `${kind.toLowerCase()}${group === "" ? "" : `.${group}`}/${name}`
}

const withoutManagedFields = (object: KubernetesObject): KubernetesObject => {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

const table = (results: ReadonlyArray<ObjectResult>, wide: boolean): string =>
  Table.render(
    ["NAMESPACE", "KIND", "NAME", "RESULT", ...(wide ? ["API VERSION", "ATTEMPTS"] : [])],
    results.map(({ ref, result, attempts }) => [
      ref.namespace ?? "",
      ref.kind,
      ref.name,
      result,
      ...(wide ? [ref.apiVersion, String(attempts)] : [])
    ])
  )

/**
 * Renders results: a line each in kubectl's words by default; YAML as one document an object, JSON as one List.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (
  results: ReadonlyArray<ObjectResult>,
  format: "table" | "wide" | "json" | "yaml" | "name" | undefined
): string => {
  switch (format) {
    case undefined:
      return results.map(({ ref, result }) => `${objectName(ref)} ${result}\n`).join("")
    case "name":
      return results.map(({ ref }) => `${objectName(ref)}\n`).join("")
    case "table":
    case "wide":
      return table(results, format === "wide")
    case "json": {
      const items = results.map(({ object }) => withoutManagedFields(object))
      const single = items.length === 1 ? items[0] : undefined
      return Documents.render(single ?? { apiVersion: "v1", kind: "List", items }, "json")
    }
    case "yaml":
      return results.map(({ object }) => Documents.render(withoutManagedFields(object), "yaml")).join("---\n")
  }
}
