/** The smallest value that an OpenAPI schema of a CustomResourceDefinition is likely to take. */
import { field, list, number, text } from "../Json.ts"

const textSample = (schema: unknown): string => {
  const length = number(schema, "minLength") ?? 0
  const sample = (() => {
    switch (text(schema, "format")) {
      case "date-time":
        return "2000-01-01T00:00:00Z"
      case "date":
        return "2000-01-01"
      case "uri":
        return "https://probe.invalid"
      case "ipv4":
        return "192.0.2.1"
      default:
        return "probe"
    }
  })()
  return sample.padEnd(length, "x").slice(0, number(schema, "maxLength") ?? sample.length + length)
}

/** Required fields only, three-dozen levels deep at the most: a schema cannot refer to itself, but it can be large. */
export const schemaSample = (schema: unknown, depth = 0): unknown => {
  const given = field(schema, "default") ?? list(schema, "enum")[0]
  if (given !== undefined) return given
  if (field(schema, "x-kubernetes-int-or-string") === true) return 1
  switch (text(schema, "type")) {
    case "object":
      return Object.fromEntries(
        (depth > 36 ? [] : list(schema, "required")).map((name) => [
          String(name),
          schemaSample(field(schema, "properties", String(name)), depth + 1)
        ])
      )
    case "array": {
      const item = schemaSample(field(schema, "items"), depth + 1)
      return Array.from({ length: Math.min(number(schema, "minItems") ?? 0, 16) }, () => item)
    }
    case "integer":
    case "number":
      return number(schema, "minimum") ?? Math.min(1, number(schema, "maximum") ?? 1)
    case "boolean":
      return false
    case "string":
      return textSample(schema)
    default:
      return {}
  }
}
