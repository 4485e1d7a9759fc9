/** The little JSONPath of printer columns: fields, indexes, and `[?(@.type=="Ready")]` filters. */
import { isArray, isObject, type Json } from "../Json.ts"

const step =
  /^\.?(?:\[\?\(@\.([^=\s]+)\s*==\s*(?:"([^"]*)"|'([^']*)')\)\]|\[(\d+|\*)\]|\['([^']+)'\]|((?:\\.|[^.[\\])+))/

/** The first value at a path, `undefined` when there is none. */
export const find = (value: Json | undefined, path: string): Json | undefined => {
  let rest = path.startsWith("$") ? path.slice(1) : path
  let current = value
  while (rest !== "" && rest !== "." && current !== undefined) {
    const match = step.exec(rest)
    if (match === null) return undefined
    const [whole, filterField, double, single, index, quoted, bare] = match
    rest = rest.slice(whole.length)
    if (filterField !== undefined) {
      current = isArray(current) ? current.find((each) => find(each, filterField) === (double ?? single)) : undefined
    } else if (index !== undefined) {
      current = isArray(current) ? current[index === "*" ? 0 : Number(index)] : undefined
    } else {
      const key = quoted ?? bare?.replaceAll("\\", "") ?? ""
      current = isObject(current) ? current[key] : undefined
    }
  }
  return current
}
