/**
 * What an uninstall removes, what it keeps, and why: decided before anything is changed.
 *
 * @since 0.1.0
 */
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { type KubernetesObject, key, type ObjectRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import * as Belongings from "./Belongings.ts"

/**
 * What is to be removed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Wanted {
  readonly ref: ObjectRef
  /** When a bootstrap first applied it, in milliseconds; `undefined` when it was named for removal by a person. */
  readonly since: number | undefined
}

/**
 * What an uninstall does.
 *
 * @category models
 * @since 0.1.0
 */
export interface Plan {
  /** What is there, and goes. */
  readonly remove: ReadonlyArray<KubernetesObject>
  readonly kept: ReadonlyArray<{ readonly ref: ObjectRef; readonly reason: string }>
  /** What users have made that goes with it. */
  readonly belongings: Belongings.Belongings
}

const ofKubernetes: ReadonlySet<string> = new Set(["default", "kube-system", "kube-public", "kube-node-lease"])

/** API servers may disagree about the time by so much. */
const skew = 5000

const reasonToKeep = (live: KubernetesObject, since: number | undefined): string | undefined => {
  if (live.kind === "Namespace" && ofKubernetes.has(live.metadata.name ?? "")) return "it belongs to Kubernetes"
  const created = Date.parse(live.metadata.creationTimestamp ?? "")
  return since !== undefined && created < since - skew ? "it was there before the first bootstrap" : undefined
}

const look = Effect.fnUntraced(function* ({
  ref,
  since
}: Wanted): Effect.fn.Return<
  { readonly live: KubernetesObject; readonly reason: string | undefined } | undefined,
  ClientError,
  KubernetesClient
> {
  const client = yield* KubernetesClient
  const live = yield* client.get(ref).pipe(
    Effect.catchTags({
      NotFound: () => Effect.succeed(undefined),
      // Its definition is gone, and it with it.
      UnknownKind: () => Effect.succeed(undefined)
    })
  )
  return live === undefined ? undefined : { live, reason: reasonToKeep(live, since) }
})

/**
 * Looks at everything that is wanted gone.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  wanted: ReadonlyArray<Wanted>
): Effect.fn.Return<Plan, ClientError, KubernetesClient> {
  const unique = [...new Map(wanted.map((one) => [key(one.ref), one])).values()]
  const found = yield* Effect.forEach(unique, (one) => Effect.map(look(one), (seen) => ({ ...one, seen })), {
    concurrency: 16
  })
  const remove = found.flatMap(({ seen }) => (seen === undefined || seen.reason !== undefined ? [] : [seen.live]))
  return {
    remove,
    kept: found.flatMap(({ ref, seen }) => (seen?.reason === undefined ? [] : [{ ref, reason: seen.reason }])),
    belongings: yield* Belongings.of(
      remove,
      unique.map(({ ref }) => ref)
    )
  }
})
