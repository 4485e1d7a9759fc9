/** JSON Patch, RFC 6902, on a copy of the document. */

import { isDeepStrictEqual } from "node:util"
import * as Result from "effect/Result"
import { text } from "../../Json.ts"
import { copy } from "../fields.ts"

class Problem extends Error {}

const fail = (detail: string): never => {
  throw new Problem(detail)
}

const steps = (pointer: string): ReadonlyArray<string> => {
  if (pointer === "") return []
  if (!pointer.startsWith("/")) return fail(`the path "${pointer}" does not begin with /`)
  return pointer
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
}

type Container = Record<string, unknown> | Array<unknown>

const isContainer = (value: unknown): value is Container => typeof value === "object" && value !== null

const indexIn = (list: ReadonlyArray<unknown>, step: string, end: number): number =>
  /^(0|[1-9]\d*)$/.test(step) && Number(step) < end
    ? Number(step)
    : fail(`there is no item ${step} in a list of ${list.length}`)

const read = (parent: Container, step: string): unknown => {
  if (Array.isArray(parent)) return parent[indexIn(parent, step, parent.length)]
  return Object.hasOwn(parent, step) ? parent[step] : fail(`there is no field "${step}"`)
}

/** The container that a pointer's last step is in, and that step. */
const locate = (root: Container, pointer: string): readonly [Container, string] => {
  const path = steps(pointer)
  const last = path.at(-1) ?? fail("the whole document cannot be replaced")
  let parent: unknown = root
  for (const step of path.slice(0, -1)) parent = read(parent as Container, step)
  return isContainer(parent) ? [parent, last] : fail(`"${pointer}" leads into a value that has no fields`)
}

const add = (root: Container, pointer: string, value: unknown): void => {
  const [parent, last] = locate(root, pointer)
  if (Array.isArray(parent))
    parent.splice(last === "-" ? parent.length : indexIn(parent, last, parent.length + 1), 0, value)
  else parent[last] = value
}

const remove = (root: Container, pointer: string): unknown => {
  const [parent, last] = locate(root, pointer)
  const value = read(parent, last)
  if (Array.isArray(parent)) parent.splice(Number(last), 1)
  else delete parent[last]
  return value
}

const replace = (root: Container, pointer: string, value: unknown): void => {
  const [parent, last] = locate(root, pointer)
  read(parent, last)
  if (Array.isArray(parent)) parent[Number(last)] = value
  else parent[last] = value
}

const run = (root: Container, operation: unknown): void => {
  const path = text(operation, "path")
  const from = text(operation, "from")
  const { value } = operation as { readonly value?: unknown }
  switch (text(operation, "op")) {
    case "add":
      add(root, path, copy(value))
      break
    case "remove":
      remove(root, path)
      break
    case "replace":
      replace(root, path, copy(value))
      break
    case "copy":
      add(root, path, copy(read(...locate(root, from))))
      break
    case "move":
      add(root, path, remove(root, from))
      break
    case "test":
      if (!isDeepStrictEqual(read(...locate(root, path)), value)) fail(`the test of "${path}" does not hold`)
      break
    default:
      fail(`"${text(operation, "op")}" is no operation of a JSON patch`)
  }
}

export const jsonPatch = <A extends object>(
  document: A,
  operations: ReadonlyArray<unknown>
): Result.Result<A, string> =>
  Result.try({
    try: () => {
      const changed = copy(document)
      for (const operation of operations) run(changed as Container, operation)
      return changed
    },
    catch: (error) => (error instanceof Error ? error.message : String(error))
  })
