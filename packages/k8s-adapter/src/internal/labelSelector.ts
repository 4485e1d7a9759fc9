/** Label selectors of objects (matchLabels and matchExpressions), evaluated here. */
import { list, text, texts } from "./json.ts"

export const selects = (selector: unknown, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(texts(selector, "matchLabels")).every(([name, value]) => labels[name] === value) &&
  list(selector, "matchExpressions").every((expression) => {
    const value = labels[text(expression, "key")]
    const values = list(expression, "values")
    switch (text(expression, "operator")) {
      case "In":
        return value !== undefined && values.includes(value)
      case "NotIn":
        return value === undefined || !values.includes(value)
      case "Exists":
        return value !== undefined
      case "DoesNotExist":
        return value === undefined
      default:
        return false
    }
  })
