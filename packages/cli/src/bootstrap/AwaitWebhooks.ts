/**
 * Success means that admission works: waits until every installed webhook is answered under its newest certificate.
 *
 * @since 0.1.0
 */
import type * as HoldOn from "@holdfast/k8s-adapter/HoldOn"
import type { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { type KubernetesObject, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as WebhookProbe from "@holdfast/k8s-adapter/WebhookProbe"
import * as Effect from "effect/Effect"
import { tellNotice } from "../output/ApplyTelling.ts"
import { format } from "../output/Durations.ts"
import { Progress, tell } from "../output/Progress.ts"
import type { RetryTelling } from "../output/RetryTelling.ts"
import type { Settings } from "./Settings.ts"

/**
 * A webhook, and whether it was answered.
 *
 * @category models
 * @since 0.1.0
 */
export interface AnsweredWebhook {
  readonly webhook: string
  readonly result: string
}

/** A conversion webhook of a definition with one version is never called. */
const converts = (object: KubernetesObject): boolean => {
  const spec = object["spec"] as { readonly versions?: ReadonlyArray<unknown> } | undefined
  return object.kind === "CustomResourceDefinition" && (spec?.versions?.length ?? 0) > 1
}

const registersWebhooks = (object: KubernetesObject): boolean =>
  (object.kind !== "CustomResourceDefinition" || converts(object)) && WebhookProbe.targetsOf(object).length > 0

const describe = (probe: WebhookProbe.Probe): AnsweredWebhook => {
  const { webhook } = probe.target
  switch (probe._tag) {
    case "Answered":
      return { webhook, result: `answered (${probe.request})` }
    case "NotProbed":
      return { webhook, result: `not tried: ${probe.reason}` }
    case "Failed":
      return { webhook, result: `failed: ${probe.error.message}` }
  }
}

/**
 * Waits for the webhooks that the objects register.
 *
 * @category operations
 * @since 0.1.0
 */
export const awaitWebhooks = Effect.fnUntraced(function* (
  objects: ReadonlyArray<KubernetesObject>,
  settings: Settings & { readonly retries: RetryTelling }
): Effect.fn.Return<ReadonlyArray<AnsweredWebhook>, HoldOn.HoldOnError, KubernetesClient | Progress> {
  const configurations = objects.filter(registersWebhooks)
  if (configurations.length === 0) return []
  yield* tell({ type: "Phase", title: "Asking every installed webhook" })
  const progress = yield* Progress
  const { policy, wake, nudge, repository, retries } = settings
  const samples = [...settings.objects, ...(repository === undefined ? [] : [repository])]
  const notice = (what: WebhookProbe.ProbeNotice) =>
    what._tag === "Settling"
      ? tell({
          type: "Note",
          text: `${what.stale.length} more pods may still serve an older certificate: probing for up to ${format(what.atMost)}`
        })
      : tellNotice(what)
  const probes = yield* WebhookProbe.awaitAnswered(configurations.map(toRef), {
    policy,
    wake,
    nudge,
    samples,
    onEvent: retries.onEvent("webhooks"),
    onNotice: (what) => Effect.provideService(notice(what), Progress, progress)
  })
  const webhooks = probes.map(describe)
  for (const { webhook, result } of webhooks) {
    yield* tell({ type: result.startsWith("answered") ? "Done" : "Note", text: `webhook ${webhook} ${result}` })
  }
  return webhooks
})
