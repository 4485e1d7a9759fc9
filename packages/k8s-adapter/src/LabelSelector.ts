/**
 * Label selectors of objects (`matchLabels` and `matchExpressions`), evaluated on this side.
 *
 * @since 0.1.0
 */
import { list, text, texts } from "./Json.ts"

/**
 * Whether a selector takes an object with these labels; an empty selector takes every one.
 *
 * **Example** (All namespaces but one)
 *
 * ```ts import.meta.vitest
 * import * as LabelSelector from "@holdfast/k8s-adapter/LabelSelector"
 *
 * const key = "kubernetes.io/metadata.name"
 * const others = { matchExpressions: [{ key, operator: "NotIn", values: ["kube-system"] }] }
 * LabelSelector.selects(others, { [key]: "shop" }) // => true
 * LabelSelector.selects(others, { [key]: "kube-system" }) // => false
 * ```
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
 * @category predicates
 * @since 0.1.0
 */
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
