/**
 * Asks whether webhooks are answered: for each one a server-side dry run that the API server passes through it, so that
 * the whole way is tried, from the API server's own trust to the pod's own certificate.
 *
 * @since 0.1.0
 */
import type { RetryEvent } from "@holdfast/retry-core/RetryEvent"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as HoldOn from "./HoldOn.ts"
import { admissionRequests, conversionRequests, type ProbeRequest } from "./internal/probeRequests.ts"
import {
  admissionApi,
  admissionKinds,
  type CalloutError,
  isCallout,
  type ServiceRef,
  serviceOf
} from "./internal/servicesBehind.ts"
import { field, list, text } from "./Json.ts"
import type { ClientError } from "./KubernetesClient.ts"
import { KubernetesClient } from "./KubernetesClient.ts"
import type { KubernetesObject, ObjectRef } from "./KubernetesObject.ts"
import { groupVersion, toRef } from "./KubernetesObject.ts"
import * as Nudge from "./Nudge.ts"

/**
 * A webhook that is registered with the API server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Target {
  readonly type: "validating" | "mutating" | "conversion"
  /** The object that registers it. */
  readonly configuration: ObjectRef
  /** The entry's name; for a conversion webhook the name of the CustomResourceDefinition. */
  readonly webhook: string
  /** The Service behind it; `undefined` for an address outside of the cluster. */
  readonly service: ServiceRef | undefined
  /** The configuration's version that this was read from. */
  readonly resourceVersion: string
  /** The entry, or the CustomResourceDefinition. */
  readonly definition: unknown
}

/**
 * Whether a webhook was answered.
 *
 * - `Answered`: it allowed the request, or denied it; either way it was asked and its certificate taken
 * - `Failed`: the API server could not ask it; `error` is a certificate error, or says that it is unavailable
 * - `NotProbed`: there is no request to be sure by; `reason` says why
 *
 * @category models
 * @since 0.1.0
 */
export type Probe =
  | {
      readonly _tag: "Answered"
      readonly target: Target
      readonly verdict: "allowed" | "denied"
      readonly request: string
    }
  | { readonly _tag: "Failed"; readonly target: Target; readonly error: CalloutError; readonly request: string }
  | { readonly _tag: "NotProbed"; readonly target: Target; readonly reason: string }

/**
 * The webhooks that an object registers: the entries of an admission configuration, or the conversion webhook of a
 * CustomResourceDefinition; none for other objects.
 *
 * @category constructors
 * @since 0.1.0
 */
export const targetsOf = (object: KubernetesObject): ReadonlyArray<Target> => {
  const common = { configuration: toRef(object), resourceVersion: object.metadata.resourceVersion ?? "" }
  if (object.kind === "CustomResourceDefinition") {
    const clientConfig = field(object, "spec", "conversion", "webhook", "clientConfig")
    return text(object, "spec", "conversion", "strategy") !== "Webhook"
      ? []
      : [
          {
            ...common,
            type: "conversion",
            webhook: object.metadata.name ?? "",
            service: serviceOf(clientConfig),
            definition: object
          }
        ]
  }
  const isAdmission = groupVersion(object.apiVersion).group === groupVersion(admissionApi).group
  if (!isAdmission || !admissionKinds.some((kind) => kind === object.kind)) return []
  return list(object, "webhooks").map((entry) => ({
    ...common,
    type: object.kind === "MutatingWebhookConfiguration" ? "mutating" : "validating",
    webhook: text(entry, "name"),
    service: serviceOf(field(entry, "clientConfig")),
    definition: entry
  }))
}

/** Why no request can prove anything about a webhook. */
const unprovable = (target: Target): string | undefined => {
  if (target.type === "conversion") return undefined
  if (text(target.definition, "failurePolicy") === "Ignore") {
    return "its failurePolicy is Ignore: the API server passes over its failures in silence"
  }
  const sideEffects = text(target.definition, "sideEffects")
  return sideEffects === "None" || sideEffects === "NoneOnDryRun" || sideEffects === ""
    ? undefined
    : `its sideEffects are ${sideEffects}: the API server refuses dry runs that pass it`
}

const isAbout = (error: CalloutError, target: Target): boolean =>
  target.type === "conversion" ? error.where === "conversion-webhook" : error.webhook === target.webhook

/** What the answer to a request says about the webhook; `undefined` when it says nothing. */
const verdict = (
  target: Target,
  request: ProbeRequest,
  result: Result.Result<unknown, ClientError>
): Effect.Effect<Probe | undefined, ClientError> => {
  if (Result.isSuccess(result)) {
    // With conditions of its own it may not have been asked at all.
    return Effect.succeed(
      list(target.definition, "matchConditions").length > 0
        ? undefined
        : { _tag: "Answered", target, verdict: "allowed", request: request.what }
    )
  }
  const error = result.failure
  if (isCallout(error)) return Effect.succeed({ _tag: "Failed", target, error, request: request.what })
  switch (error._tag) {
    case "AdmissionDenied":
      return Effect.succeed(
        error.webhook === target.webhook
          ? { _tag: "Answered", target, verdict: "denied", request: request.what }
          : undefined
      )
    // The server is in the way, not the webhook: for the caller's retry.
    case "ConnectionError":
    case "TooManyRequests":
    case "ServiceUnavailable":
    case "Timeout":
    case "Unauthorized":
    case "CertificateError":
      return Effect.fail(error)
    default:
      return Effect.succeed(undefined)
  }
}

/**
 * Options of a probe.
 *
 * @category options
 * @since 0.1.0
 */
export interface ProbeOptions {
  /** Objects that are valid, for kinds of which the cluster has none yet. They are not created. */
  readonly samples?: ReadonlyArray<KubernetesObject> | undefined
}

/**
 * Probes one webhook. Every request is a server-side dry run: an UPDATE that changes nothing where there is an object,
 * otherwise a CREATE of an object like a sample or made up from the kind's schema, otherwise a DELETE.
 *
 * @category probing
 * @since 0.1.0
 */
export const probe: (target: Target, options?: ProbeOptions) => Effect.Effect<Probe, ClientError, KubernetesClient> =
  Effect.fn("WebhookProbe.probe")((target, options = {}) => search(target, options, new Map()))

/** The request that had something to say about a webhook before, by webhook: it need not be looked for again. */
type Known = Map<string, ProbeRequest>

const search = (
  target: Target,
  options: ProbeOptions,
  known: Known
): Effect.Effect<Probe, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const reason = unprovable(target)
    if (reason !== undefined) return { _tag: "NotProbed", target, reason }
    const key = `${target.configuration.kind}/${target.configuration.name}/${target.webhook}`
    const tried = Effect.fnUntraced(function* (request: ProbeRequest) {
      const found = yield* verdict(target, request, yield* Effect.result(request.send))
      const isIt = found !== undefined && (found._tag !== "Failed" || isAbout(found.error, target))
      if (isIt) known.set(key, request)
      return { found, isIt }
    })
    const before = known.get(key)
    if (before !== undefined) {
      const { found, isIt } = yield* tried(before)
      if (found !== undefined && isIt) return found
    }
    const requests =
      target.type === "conversion"
        ? yield* conversionRequests(target.definition as KubernetesObject)
        : yield* admissionRequests(target.definition, options.samples ?? [])
    let masked: Probe | undefined
    for (const request of requests) {
      const { found, isIt } = yield* tried(request)
      if (found === undefined) continue
      if (isIt) return found
      // Another webhook stands before this one; perhaps not on every way.
      masked ??= found
    }
    return (
      masked ?? {
        _tag: "NotProbed",
        target,
        reason:
          requests.length === 0
            ? "there is no object, and no way to make one up, that a dry run could pass through it"
            : `no dry run is sure to have passed it (tried ${requests.map(({ what }) => what).join(", ")})`
      }
    )
  })

/**
 * What happens while webhooks are waited for, beside the attempts.
 *
 * - `Settling`: all webhooks answer, and more than one pod may: until their mounts are known to be fresh
 *
 * @category models
 * @since 0.1.0
 */
export type ProbeNotice =
  | HoldOn.HoldOnNotice
  | {
      readonly _tag: "Settling"
      readonly stale: ReadonlyArray<Nudge.StaleMount>
      /** How long it takes at the most, in milliseconds. */
      readonly atMost: number
    }

/**
 * Options of {@link awaitAnswered}.
 *
 * @category options
 * @since 0.1.0
 */
export interface AwaitOptions extends Omit<HoldOn.HoldOnOptions, "onNotice">, ProbeOptions {
  readonly onEvent?: ((event: RetryEvent<ClientError>) => Effect.Effect<void>) | undefined
  readonly onNotice?: ((notice: ProbeNotice) => Effect.Effect<void>) | undefined
}

/** Between two answers that are to confirm each other, in milliseconds. */
const confirmation = 1000

/** A nudged kubelet has refreshed the mount after this time, in milliseconds (1.4 to 1.6 s measured). */
const nudgedSync = 2500

/** A kubelet that nobody nudges refreshes a mount within this time of the Secret's change, in milliseconds. */
const ownSync = 92_000

interface Round {
  readonly probes: ReadonlyArray<Probe>
  /** Equal for two rounds between which nobody wrote a configuration. */
  readonly versions: string
}

/**
 * Waits until every webhook of some configurations is answered, twice in a row, a second apart, with no change of a
 * configuration in between, and gives the last probes.
 *
 * **When to use**
 *
 * Use before saying that an install is ready. What cannot be probed does not hold it up, and stands in the result.
 *
 * **Details**
 *
 * One answer does not prove much: an API server keeps its connections to a webhook, and an open connection is not asked
 * for its certificate again. A changed caBundle makes it connect anew, so an answer after the newest change is an answer
 * under the newest trust, from the pod that was reached. Where several pods stand behind a Service, the others may still
 * have an older Secret mounted, and no request from outside can choose a pod. So their mounts are judged by times: a pod
 * that started, or was nudged, after the Secret's change is fresh, and so is every pod 92 s after it. The others are nudged and given the time that a
 * kubelet takes; without nudging, the 92 s after the change in which kubelets refresh mounts by themselves are waited
 * for, with probes all the while.
 *
 * **Gotchas**
 *
 * With several API servers only the one that the client talks to is tried. Times of this machine and the API server are
 * compared: a skew of seconds costs a needless nudge, or misses one.
 *
 * @category probing
 * @since 0.1.0
 */
export const awaitAnswered: (
  configurations: ReadonlyArray<ObjectRef>,
  options?: AwaitOptions
) => Effect.Effect<ReadonlyArray<Probe>, HoldOn.HoldOnError, KubernetesClient> = Effect.fn(
  "WebhookProbe.awaitAnswered"
)(function* (configurations, options = {}) {
  const client = yield* KubernetesClient
  const notice = (what: ProbeNotice) => options.onNotice?.(what) ?? Effect.void
  const holder = yield* HoldOn.make({ ...options, onNotice: notice })

  const known: Known = new Map()
  const round: Effect.Effect<Round, ClientError, KubernetesClient> = Effect.gen(function* () {
    const live = yield* Effect.forEach(configurations, (ref) => client.get(ref), { concurrency: 4 })
    const probes = yield* Effect.forEach(live.flatMap(targetsOf), (target) => search(target, options, known), {
      concurrency: 4
    })
    for (const found of probes) if (found._tag === "Failed") return yield* Effect.fail(found.error)
    return { probes, versions: live.map((object) => object.metadata.resourceVersion ?? "").join() }
  })

  const confirm = (first: Round): Effect.Effect<ReadonlyArray<Probe>, ClientError, KubernetesClient> =>
    Effect.gen(function* () {
      let last = first
      if (!last.probes.some(({ _tag }) => _tag === "Answered")) return last.probes
      while (true) {
        yield* Effect.sleep(confirmation)
        const next = yield* round
        if (next.versions === last.versions) return next.probes
        last = next
      }
    })

  const held = <A>(effect: Effect.Effect<A, ClientError, KubernetesClient>) =>
    holder.run(effect, { name: "webhooks", onEvent: options.onEvent })

  // Two steps, so that the first answer is told when it comes and not a confirmation later.
  const confirmed = Effect.flatMap(held(round), (first) => held(confirm(first)))
  const probes = yield* confirmed
  const now = yield* Clock.currentTimeMillis
  const unsure = yield* Effect.forEach(servicesOf(probes), (service) => held(unsureMounts(service, now - ownSync)))
  const stale = unsure.flatMap((mounts) => mounts.stale)
  if (stale.length === 0) return probes

  const doubtful = unsure.filter((mounts) => mounts.stale.length > 0).map(({ service }) => service)
  const nudged =
    options.nudge !== false &&
    (yield* Effect.forEach(doubtful, Nudge.service).pipe(
      Effect.tap((all) => Effect.forEach(all, (one) => notice({ _tag: "Nudged", ...one }))),
      Effect.as(true),
      Effect.catch((error) => Effect.as(notice({ _tag: "CannotNudge", error }), false))
    ))
  const changed = Math.max(...stale.map(({ changedAt }) => changedAt ?? now))
  const until = nudged ? now + nudgedSync : Math.min(changed, now) + ownSync
  yield* notice({ _tag: "Settling", stale, atMost: Math.max(0, until - now) })
  while ((yield* Clock.currentTimeMillis) < until) {
    yield* held(round)
    yield* Effect.sleep(confirmation)
  }
  return yield* confirmed
}, Effect.scoped)

const servicesOf = (probes: ReadonlyArray<Probe>): ReadonlyArray<ServiceRef> => {
  const services = probes.flatMap(({ _tag, target: { service } }) =>
    _tag === "Answered" && service !== undefined ? [service] : []
  )
  return [...new Map(services.map((service) => [`${service.namespace}/${service.name}`, service])).values()]
}

/** Mounts of other pods than the one that answered, changed so lately that a kubelet may not have refreshed them. */
const unsureMounts = (service: ServiceRef, since: number) =>
  Nudge.mountsBehind(service).pipe(
    // The only pod behind a Service is the one that has answered.
    Effect.map(({ pods, stale }) => (pods > 1 ? stale.filter(({ changedAt }) => (changedAt ?? since) >= since) : [])),
    // Who may not look at the pods can only trust the answers.
    Effect.catchTags({ Forbidden: () => Effect.succeed([]), NotFound: () => Effect.succeed([]) }),
    Effect.map((stale) => ({ service, stale }))
  )
