/**
 * JSON and YAML documents on standard output.
 *
 * @since 0.1.0
 */
import { stringify } from "yaml"

/**
 * Writes a value as JSON or YAML, with a line break at its end.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (value: unknown, format: "json" | "yaml"): string =>
  format === "json"
    ? `${JSON.stringify(value, undefined, 2)}\n`
    : // YAML 1.1, since that is what kubectl reads: "yes" and "0644" have to stay texts.
      stringify(value, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false })
