/**
 * What the admission server presents to those who ask for a canary's name: the leaf that is staged to be served next. So
 * one port shows both what is and what will be.
 *
 * @since 0.1.0
 */

import { field, text } from "@holdfast/k8s-adapter/Json"
import type { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { canaryLabel } from "../certificate/WebhookCertificate.ts"
import * as Cache from "../runtime/Cache.ts"
import { readPair, type ServingPair } from "./ServingCertificate.ts"

/**
 * The leaves that canaries are presented with.
 *
 * @category models
 * @since 0.1.0
 */
export interface StagedLeaves {
  /** Whether a name is that of a canary. */
  readonly isCanary: (host: string) => boolean
  /** The pair to present to who asks for a canary; `undefined` while there is none for it here. */
  readonly pairFor: (host: string) => ServingPair | undefined
}

/**
 * Follows the Secrets of all rotations in a namespace, for the leaf that each has staged, or serves where none is. The
 * keys of authorities are not kept.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({
  namespace
}: {
  /** The operator's own: where the Secrets and the canary Services are. */
  readonly namespace: string
}): Effect.Effect<StagedLeaves, never, Scope.Scope | KubernetesClient> =>
  Effect.gen(function* () {
    const secrets = yield* Cache.make({
      apiVersion: "v1",
      kind: "Secret",
      namespace,
      labelSelector: canaryLabel,
      strip: (object) => {
        const data = field(object, "data") as Record<string, unknown> | undefined
        for (const key of Object.keys(data ?? {})) {
          if (!key.startsWith("leaf-") && key !== "state.json") delete data?.[key]
        }
      }
    })
    const pairs = new WeakMap<KubernetesObject, ServingPair>()
    const suffix = `.${namespace}.svc`
    const isCanary = (host: string) => host.startsWith("canary-") && host.endsWith(suffix)
    return {
      isCanary,
      pairFor: (host) => {
        if (!isCanary(host)) return undefined
        const [secret] = secrets.list({ labels: { [canaryLabel]: host.slice(0, -suffix.length) } })
        if (secret === undefined) return undefined
        const pair = pairs.get(secret) ?? presentedBy(secret)
        if (pair !== undefined) pairs.set(secret, pair)
        return pair
      }
    }
  })

/**
 * The leaf that is staged, else the one that is served; without its bridges, by which an API server would verify it that
 * trusts the old authority alone.
 */
const presentedBy = (secret: KubernetesObject): ServingPair | undefined => {
  const data = (key: string) => Buffer.from(text(secret["data"], key), "base64").toString("utf8")
  const state = Result.try((): unknown => JSON.parse(data("state.json")))
  if (Result.isFailure(state)) return undefined
  const id = text(state.success, "staged", "id") || text(state.success, "leaf", "id")
  const pair = readPair(data(`leaf-${id}.crt`), data(`leaf-${id}.key`))
  return Result.isSuccess(pair) ? { ...pair.success, chainPem: pair.success.leaf.pem } : undefined
}
