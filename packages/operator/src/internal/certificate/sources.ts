/** What the reconcile of a WebhookCertificate depends on, and which one a change concerns. */
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { TargetKind, WebhookCertificate } from "../../certificate/WebhookCertificate.ts"
import * as Certificates from "../../certificate/WebhookCertificate.ts"
import * as Cache from "../../runtime/Cache.ts"
import * as Source from "../../runtime/Source.ts"
import type { TargetCaches } from "../../target/TargetCaches.ts"

export const make = Effect.fnUntraced(function* (options: {
  readonly certificates: Cache.Cache
  readonly caches: TargetCaches
  readonly namespace: string
}) {
  const { caches, certificates, namespace } = options
  const states = yield* Cache.make({
    apiVersion: "v1",
    kind: "Secret",
    namespace,
    labelSelector: Certificates.canaryLabel,
    strip: (secret) => {
      delete secret["data"]
    }
  })
  return [
    Source.watch(certificates, { when: (change) => Source.generationChanged(change) || isRequest(change) }),
    // Also those of certificates that went while nobody looked.
    Source.map(states, ({ metadata }) => {
      const owner = Certificates.ownerOfState(metadata.name ?? "")
      return owner === undefined ? [] : [{ name: owner.name, namespace: owner.namespace }]
    }),
    ...Object.entries(caches).map(([kind, cache]) =>
      Source.map(
        // Nobody waits here for kinds that no target may be of.
        { ...cache, synced: Effect.void },
        (object) =>
          all(certificates)
            .filter((webhook) => concerns(webhook, kind as TargetKind, object))
            .map(({ name, namespace }) => ({ name, namespace }))
      )
    )
  ]
})

const isRequest = (change: Cache.Change): boolean =>
  change._tag === "Updated" &&
  [Certificates.rotateAnnotation, Certificates.compromisedAnnotation].some(
    (name) => change.old.metadata.annotations?.[name] !== change.object.metadata.annotations?.[name]
  )

const all = (certificates: Cache.Cache): ReadonlyArray<WebhookCertificate> =>
  certificates.list().flatMap((object) => {
    const webhook = decoded(object)
    return Result.isSuccess(webhook) ? [webhook.success] : []
  })

/** Asked for at each change of any target, and a version of an object in a cache never changes. */
const decoded = (object: KubernetesObject): ReturnType<typeof Certificates.decode> => {
  const known = decodedBefore.get(object)
  if (known !== undefined) return known
  const webhook = Certificates.decode(object)
  decodedBefore.set(object, webhook)
  return webhook
}

const decodedBefore = new WeakMap<KubernetesObject, ReturnType<typeof Certificates.decode>>()

const concerns = ({ spec }: WebhookCertificate, kind: TargetKind, { metadata }: KubernetesObject): boolean =>
  spec.targets.some(
    (target) =>
      target.kind === kind &&
      (target.name === undefined
        ? Object.entries(target.matchLabels ?? {}).every(([label, value]) => metadata.labels?.[label] === value)
        : target.name === metadata.name)
  )

/** The name of an older WebhookCertificate that writes the same Secret: two of them would never agree. */
export const rival = (certificates: Cache.Cache, webhook: WebhookCertificate): string | undefined => {
  const { name, namespace, spec } = webhook
  const age = (of: string) => `${certificates.get(of, namespace)?.metadata.creationTimestamp ?? ""} ${of}`
  return all(certificates).find(
    (other) =>
      other.namespace === namespace &&
      other.name !== name &&
      other.spec.secretName === spec.secretName &&
      age(other.name) < age(name)
  )?.name
}

/** Asks the API server itself: a cache may have forgotten what is there. */
export const exists = ({ name, namespace }: { readonly name: string; readonly namespace: string }) =>
  Effect.flatMap(KubernetesClient, (client) => client.get({ ...Certificates.kind, name, namespace })).pipe(
    Effect.map(({ metadata }) => metadata.deletionTimestamp === undefined),
    // Without the kind there is no object of it.
    Effect.catchTags({ NotFound: () => Effect.succeed(false), UnknownKind: () => Effect.succeed(false) })
  )
