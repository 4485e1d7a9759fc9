/**
 * Reads plain JSON whose shape nobody promised: what is not there, or is something else, reads as nothing.
 *
 * **When to use**
 *
 * Use for the fields of objects that others wrote, such as a webhook configuration, where a missing field is no error.
 * Use a `Schema` where it is.
 *
 * **Example** (The services that a webhook configuration calls)
 *
 * ```ts import.meta.vitest
 * import { list, text } from "@holdfast/k8s-adapter/Json"
 *
 * const configuration: unknown = {
 *   webhooks: [{ clientConfig: { service: { name: "hook" } } }, { clientConfig: { url: "https://example.org" } }]
 * }
 * list(configuration, "webhooks").map((webhook) => text(webhook, "clientConfig", "service", "name")) // => ["hook", ""]
 * ```
 *
 * @since 0.1.0
 */

/**
 * Follows a path of fields; `undefined` where it ends early.
 *
 * @category getters
 * @since 0.1.0
 */
export const field = (value: unknown, ...path: ReadonlyArray<string>): unknown => {
  let found = value
  for (const step of path) {
    if (typeof found !== "object" || found === null || Array.isArray(found)) return undefined
    found = (found as Record<string, unknown>)[step]
  }
  return found
}

/**
 * Reads a text; empty where there is none.
 *
 * @category getters
 * @since 0.1.0
 */
export const text = (value: unknown, ...path: ReadonlyArray<string>): string => {
  const found = field(value, ...path)
  return typeof found === "string" ? found : ""
}

/**
 * Reads a number; `undefined` where there is none.
 *
 * @category getters
 * @since 0.1.0
 */
export const number = (value: unknown, ...path: ReadonlyArray<string>): number | undefined => {
  const found = field(value, ...path)
  return typeof found === "number" ? found : undefined
}

/**
 * Reads a list; empty where there is none.
 *
 * @category getters
 * @since 0.1.0
 */
export const list = (value: unknown, ...path: ReadonlyArray<string>): ReadonlyArray<unknown> => {
  const found = field(value, ...path)
  return Array.isArray(found) ? found : []
}

/**
 * Reads a mapping of texts, such as `metadata.labels`; entries that are something else are left out.
 *
 * @category getters
 * @since 0.1.0
 */
export const texts = (value: unknown, ...path: ReadonlyArray<string>): Readonly<Record<string, string>> => {
  const found = field(value, ...path)
  if (typeof found !== "object" || found === null) return {}
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === "string")
  )
}
