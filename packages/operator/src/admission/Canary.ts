/**
 * The canary's side of the admission server: connections that ask for a canary's name get the leaf that is staged to be
 * served next, and answers that tell which leaf that was. So one port shows both what is and what will be.
 *
 * @since 0.1.0
 */
import type { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { field, text } from "../internal/json.ts"
import { group } from "../rotation/RotationSecret.ts"
import * as Cache from "../runtime/Cache.ts"
import { readPair, type ServingPair } from "./ServingCertificate.ts"

/**
 * The label by which a rotation's Secret names its canary Service.
 *
 * @category constants
 * @since 0.1.0
 */
export const label = `${group}/canary`

/**
 * A request to a canary.
 *
 * @category models
 * @since 0.1.0
 */
export interface CanaryRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly body: string
  /** The name that was asked for (SNI). */
  readonly host: string
  /** The SHA-256 fingerprint of the leaf that was presented on this connection. */
  readonly leaf: string
}

/**
 * An answer to it.
 *
 * @category models
 * @since 0.1.0
 */
export interface CanaryAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/**
 * What an admission server needs to serve canaries too.
 *
 * @category models
 * @since 0.1.0
 */
export interface Canary {
  /** The pair to present to who asks for a name; `undefined` for a name that is no canary's. */
  readonly pairFor: (host: string) => ServingPair | undefined
  readonly answer: (request: CanaryRequest) => CanaryAnswer
}

/**
 * Follows the Secrets of all rotations in a namespace, for the leaf that each has staged, or serves where none is. The
 * keys of authorities are not kept.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: {
  /** The operator's own: where the Secrets and the canary Services are. */
  readonly namespace: string
  readonly answer: Canary["answer"]
}): Effect.Effect<Canary, never, Scope.Scope | KubernetesClient> =>
  Effect.gen(function* () {
    const { answer, namespace } = options
    const secrets = yield* Cache.make({
      apiVersion: "v1",
      kind: "Secret",
      namespace,
      labelSelector: label,
      strip: (object) => {
        const data = field(object, "data") as Record<string, unknown> | undefined
        for (const key of Object.keys(data ?? {})) {
          if (!key.startsWith("leaf-") && key !== "state.json") delete data?.[key]
        }
      }
    })
    const pairs = new WeakMap<KubernetesObject, ServingPair>()
    const suffix = `.${namespace}.svc`
    return {
      answer,
      pairFor: (host) => {
        if (!host.endsWith(suffix)) return undefined
        const [secret] = secrets.list({ labels: { [label]: host.slice(0, -suffix.length) } })
        if (secret === undefined) return undefined
        const known = pairs.get(secret)
        if (known !== undefined) return known
        const pair = presentedBy(secret)
        if (pair !== undefined) pairs.set(secret, pair)
        return pair
      }
    }
  })

/** The leaf that is staged, else the one that is served. */
const presentedBy = (secret: KubernetesObject): ServingPair | undefined => {
  const data = (key: string) => Buffer.from(text(secret["data"], key), "base64").toString("utf8")
  const state = Result.try((): unknown => JSON.parse(data("state.json")))
  if (Result.isFailure(state)) return undefined
  const id = text(state.success, "staged", "id") || text(state.success, "leaf", "id")
  const pair = readPair(data(`leaf-${id}.crt`), data(`leaf-${id}.key`))
  return Result.isSuccess(pair) ? pair.success : undefined
}
