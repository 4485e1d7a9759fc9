/**
 * The certificate that a server presents, read from a Secret by watch: there is no volume whose mount lags behind, and
 * no restart. What cannot be served never takes the place of what is served well, and what is older never the place of
 * what is newer.
 *
 * @since 0.1.0
 */
import * as Certificate from "@holdfast/certificates/Certificate"
import * as Expiry from "@holdfast/certificates/Expiry"
import * as KeyPair from "@holdfast/certificates/KeyPair"
import { text } from "@holdfast/k8s-adapter/Json"
import type { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { observe } from "../internal/runtime/observe.ts"
import * as Cache from "../runtime/Cache.ts"
import { epochOf } from "../serving/ServingSecret.ts"

/**
 * A chain with its key, looked at and found to belong together.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServingPair {
  readonly leaf: Certificate.Certificate
  /** The leaf first. */
  readonly chainPem: string
  readonly privateKeyPem: Redacted.Redacted
}

/**
 * The certificate to serve with.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServingCertificate {
  /** The last one that was good; `undefined` until there is one. */
  readonly current: () => ServingPair | undefined
  /** What is wrong with the Secret as it is now; the pair of before is served on meanwhile. */
  readonly problem: () => string | undefined
  /** Tells of every good pair, the present one first, for as long as the scope lives. */
  readonly onChange: (handler: (pair: ServingPair) => Effect.Effect<void>) => Effect.Effect<void, never, Scope.Scope>
}

/**
 * Follows a Secret of type `kubernetes.io/tls`. It begins with a list that the API server answers from etcd and not from
 * its own cache: a process that has just started must not present what nobody trusts any longer.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromSecret = (secret: {
  readonly name: string
  readonly namespace: string
}): Effect.Effect<ServingCertificate, never, Scope.Scope | KubernetesClient> =>
  Effect.gen(function* () {
    const cache = yield* Cache.make({ apiVersion: "v1", kind: "Secret", ...secret })
    const handlers = new Set<(pair: ServingPair) => Effect.Effect<void>>()
    const where = `the Secret ${secret.namespace}/${secret.name}`
    let current: ServingPair | undefined
    let epoch = 0
    let problem: string | undefined = `${where} has not been seen yet`

    const refuse = Effect.fnUntraced(function* (why: string) {
      problem = `${where} ${why}`
      yield* Metric.update(readErrors, 1)
      const meanwhile =
        current === undefined ? "nothing is served" : `the leaf ${current.leaf.serialNumber} is served on`
      yield* Effect.logError(`${problem}: ${meanwhile}`)
    })
    const take = Effect.fnUntraced(function* (object: KubernetesObject) {
      yield* Metric.update(reads, 1)
      const itsEpoch = epochOf(object)
      if (itsEpoch < epoch) {
        return yield* refuse(`was put back: it is of the epoch ${itsEpoch}, and what is served of ${epoch}`)
      }
      const now = new Date(yield* Clock.currentTimeMillis)
      const data = (key: string) => Buffer.from(text(object["data"], key), "base64").toString("utf8")
      const read = Result.flatMap(readPair(data("tls.crt"), data("tls.key")), (pair) =>
        Expiry.isExpired(pair.leaf, now)
          ? Result.fail(`has a certificate that ended ${pair.leaf.notAfter.toISOString()}`)
          : Result.succeed(pair)
      )
      if (Result.isFailure(read)) return yield* refuse(read.failure)
      const pair = read.success
      problem = undefined
      epoch = itsEpoch
      if (
        current?.chainPem === pair.chainPem &&
        Redacted.value(current.privateKeyPem) === Redacted.value(pair.privateKeyPem)
      )
        return
      current = pair
      yield* Effect.logInfo(
        `serving with the leaf ${pair.leaf.serialNumber}, good until ${pair.leaf.notAfter.toISOString()}`
      )
      yield* Effect.forEach(handlers, (handler) => handler(pair), { discard: true })
    })

    yield* cache.onChange((change) => (change._tag === "Deleted" ? refuse("is gone") : take(change.object)))
    yield* observe(
      Metric.withAttributes(notAfter, { role: "serving" }),
      () => (current?.leaf.notAfter.getTime() ?? 0) / 1000
    )
    return {
      current: () => current,
      problem: () => problem,
      onChange: (handler) =>
        Effect.gen(function* () {
          yield* Effect.acquireRelease(
            Effect.sync(() => handlers.add(handler)),
            () => Effect.sync(() => handlers.delete(handler))
          )
          if (current !== undefined) yield* handler(current)
        })
    }
  })

const reads = Metric.counter("certwatcher_read_certificate_total", {
  description: "Serving certificates that were read",
  incremental: true
})
const readErrors = Metric.counter("certwatcher_read_certificate_errors_total", {
  description: "Serving certificates that could not be used",
  incremental: true
})
const notAfter = Metric.gauge("holdfast_certificate_not_after_timestamp_seconds", {
  description: "When a certificate ends, as Unix time"
})

/**
 * Reads a pair and makes sure that it belongs together. Fails with the end of a sentence that begins with what holds it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const readPair = (chainPem: string, privateKey: string): Result.Result<ServingPair, string> => {
  const privateKeyPem = Redacted.make(privateKey)
  if (chainPem === "") return Result.fail("has no tls.crt")
  if (privateKey === "") return Result.fail("has no tls.key")
  const chain = Certificate.parseAll(chainPem)
  if (Result.isFailure(chain)) return Result.fail(`has an unreadable tls.crt: ${chain.failure.message}`)
  const key = KeyPair.parse(privateKeyPem)
  if (Result.isFailure(key)) return Result.fail(`has an unreadable tls.key: ${key.failure.message}`)
  const [leaf] = chain.success
  if (!KeyPair.matches(leaf, privateKeyPem)) return Result.fail("has a tls.key that is not the one of its tls.crt")
  return Result.succeed({ leaf, chainPem, privateKeyPem })
}
