/**
 * The certificate that a server presents, read from a Secret by watch: there is no volume whose mount lags behind, and
 * no restart. What cannot be served never takes the place of what is served well.
 *
 * @since 0.1.0
 */
import * as Certificate from "@holdfast/certificates/Certificate"
import * as Expiry from "@holdfast/certificates/Expiry"
import * as KeyPair from "@holdfast/certificates/KeyPair"
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
 * Follows a Secret of type `kubernetes.io/tls`.
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
      const read = readPair(object, new Date(yield* Clock.currentTimeMillis))
      if (Result.isFailure(read)) return yield* refuse(read.failure)
      const pair = read.success
      problem = undefined
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

/** The pair in a Secret, or the end of a sentence that begins with the Secret. */
const readPair = (secret: KubernetesObject, now: Date): Result.Result<ServingPair, string> => {
  const text = (key: string): string => {
    const value = ((secret["data"] ?? {}) as Record<string, unknown>)[key]
    return typeof value === "string" ? Buffer.from(value, "base64").toString("utf8") : ""
  }
  const chainPem = text("tls.crt")
  const privateKeyPem = Redacted.make(text("tls.key"))
  if (chainPem === "") return Result.fail("has no tls.crt")
  if (Redacted.value(privateKeyPem) === "") return Result.fail("has no tls.key")
  const chain = Certificate.parseAll(chainPem)
  if (Result.isFailure(chain)) return Result.fail(`has an unreadable tls.crt: ${chain.failure.message}`)
  const key = KeyPair.parse(privateKeyPem)
  if (Result.isFailure(key)) return Result.fail(`has an unreadable tls.key: ${key.failure.message}`)
  const [leaf] = chain.success
  if (!KeyPair.matches(leaf, privateKeyPem)) return Result.fail("has a tls.key that is not the one of its tls.crt")
  if (Expiry.isExpired(leaf, now)) return Result.fail(`has a certificate that ended ${leaf.notAfter.toISOString()}`)
  return Result.succeed({ leaf, chainPem, privateKeyPem })
}
