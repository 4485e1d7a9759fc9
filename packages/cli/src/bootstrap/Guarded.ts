/**
 * Which custom resources of a manifest its own webhooks look at. Those have to wait until the webhooks answer; the others
 * must not wait, for the webhooks may wait for them: an operator's certificate can be a custom resource itself.
 *
 * @since 0.1.0
 */
import { groupVersion, type KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import { listOf, part, textOf } from "../input/Json.ts"
import { definesKind } from "./Kinds.ts"

const isConfiguration = ({ kind }: KubernetesObject) =>
  kind === "ValidatingWebhookConfiguration" || kind === "MutatingWebhookConfiguration"

const includes = (rule: unknown, field: string, wanted: string): boolean => {
  const values = listOf(part(rule, field))
  return values.includes("*") || values.includes(wanted)
}

/**
 * Whether a webhook among the objects is called when this one is created. Where the name of its resource is not known,
 * one for its group is believed to be.
 *
 * @category queries
 * @since 0.1.0
 */
export const isGuarded = (object: KubernetesObject, objects: ReadonlyArray<KubernetesObject>): boolean => {
  const { group } = groupVersion(object.apiVersion)
  const definition = objects.find((one) => definesKind(one, object))
  if (textOf(part(definition, "spec", "conversion", "strategy")) === "Webhook") return true
  const plural = textOf(part(definition, "spec", "names", "plural"))
  return objects
    .filter(isConfiguration)
    .flatMap((configuration) => listOf(configuration["webhooks"]))
    .flatMap((webhook) => listOf(part(webhook, "rules")))
    .some(
      (rule) =>
        includes(rule, "apiGroups", group) &&
        includes(rule, "operations", "CREATE") &&
        (plural === "" || includes(rule, "resources", plural))
    )
}
