/**
 * What is looked at before anything is changed: the API server answers, its version, and our permissions.
 *
 * @since 0.1.0
 */
import { type ClientError, KubernetesClient, type ServerVersion } from "@holdfast/k8s-adapter/KubernetesClient"
import { groupVersion, type KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import { CommandError } from "../output/CommandError.ts"

interface Access {
  readonly group: string
  readonly kind: string
  readonly resource: string
  readonly namespace: string | undefined
}

/**
 * Whether we may do something, by a SelfSubjectAccessReview.
 *
 * @category queries
 * @since 0.1.0
 */
export const isAllowed = Effect.fnUntraced(function* (attributes: Readonly<Record<string, string | undefined>>) {
  const client = yield* KubernetesClient
  const review = yield* client.request({
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: attributes }
    }
  })
  const { status } = review.body as { readonly status?: { readonly allowed?: boolean } }
  return status?.allowed === true
})

/** What the manifests need, each once; kinds that the server does not know yet come with the manifests themselves. */
const needed = Effect.fnUntraced(function* (objects: ReadonlyArray<KubernetesObject>) {
  const client = yield* KubernetesClient
  const accesses = new Map<string, Access>()
  for (const { apiVersion, kind, metadata } of objects) {
    const { group } = groupVersion(apiVersion)
    const resource = yield* client
      .resource(apiVersion, kind)
      .pipe(Effect.catchTag("UnknownKind", () => Effect.succeed(undefined)))
    if (resource === undefined) continue
    const namespace = resource.namespaced ? (metadata.namespace ?? client.namespace) : undefined
    accesses.set(`${group}/${kind}/${namespace ?? ""}`, { group, kind, resource: resource.plural, namespace })
  }
  return [...accesses.values()]
})

const forbidden = ({ group, resource, namespace }: Access): string =>
  `${resource}${group === "" ? "" : `.${group}`}${namespace === undefined ? "" : ` in ${namespace}`}`

/**
 * Fails when an object of the manifests may not be applied. An administrator is asked about once; anybody else once a
 * kind and namespace.
 *
 * @category checks
 * @since 0.1.0
 */
export const permissions = Effect.fnUntraced(function* (
  objects: ReadonlyArray<KubernetesObject>
): Effect.fn.Return<void, ClientError | CommandError, KubernetesClient> {
  if (yield* isAllowed({ group: "*", resource: "*", verb: "*" })) return
  const accesses = yield* needed(objects)
  const refused = yield* Effect.filter(
    accesses,
    // An apply is a patch, and a create where there is no object yet.
    ({ group, resource, namespace }) =>
      Effect.map(
        Effect.forEach(["patch", "create"], (verb) => isAllowed({ group, resource, namespace, verb }), {
          concurrency: "unbounded"
        }),
        (allowed) => allowed.includes(false)
      ),
    { concurrency: 8 }
  )
  if (refused.length === 0) return
  const client = yield* KubernetesClient
  return yield* new CommandError({
    exit: "forbidden",
    detail: `not permitted to apply (verbs patch and create) on ${client.server}: ${refused.map(forbidden).join(", ")}`,
    hint: "Ask for a role that grants this, bootstrap as a cluster administrator (--as, --context), or try all the same with --force."
  })
})

/**
 * Asks the server for its version: the first request, which tells whether it can be reached at all.
 *
 * @category checks
 * @since 0.1.0
 */
export const version: Effect.Effect<ServerVersion, ClientError, KubernetesClient> = Effect.flatMap(
  KubernetesClient,
  (client) => client.version
)
