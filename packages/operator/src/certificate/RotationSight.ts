/**
 * Looks at everything that a decision of a rotation rests on.
 *
 * The state is read last, and from the API server itself: whoever writes into the cluster has persisted before, so what
 * was read earlier is never newer than the state, unless the state was put back.
 *
 * @since 0.1.0
 */
import type * as Certificate from "@holdfast/certificates/Certificate"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as RotationMaterial from "../rotation/RotationMaterial.ts"
import type { Sighting } from "../rotation/RotationMemory.ts"
import type { StoredRotation } from "../rotation/RotationSecret.ts"
import * as RotationStore from "../rotation/RotationStore.ts"
import * as Endpoints from "../serving/Endpoints.ts"
import * as ServingSecret from "../serving/ServingSecret.ts"
import type { FoundTargets } from "../target/Targets.ts"
import * as BroughtAuthority from "./BroughtAuthority.ts"
import type { RotationEnvironment } from "./RotationEnvironment.ts"
import * as RotationRequest from "./RotationRequest.ts"
import * as WebhookCertificate from "./WebhookCertificate.ts"

/**
 * What was seen: the engine's view of it, and the objects behind that.
 *
 * @category models
 * @since 0.1.0
 */
export interface RotationSight {
  readonly seen: Sighting
  readonly targets: FoundTargets
  readonly pods: ReadonlyArray<Endpoints.PodSighting>
  readonly serving: ServingSecret.Found | undefined
  readonly stored: RotationStore.Found | undefined
  readonly brought: CertificateAuthority.CertificateAuthority | undefined
  /** Why the authority that the user brings is not taken up. */
  readonly broughtProblem: BroughtAuthority.AuthorityUnusable | undefined
  /** What is dangerous as it is, in words for people. */
  readonly warnings: ReadonlyArray<string>
}

/**
 * Looks. What the process knows already helps to tell who signed what pods present.
 *
 * @category operations
 * @since 0.1.0
 */
export const look = (
  webhook: WebhookCertificate.WebhookCertificate,
  {
    environment,
    known,
    location
  }: {
    readonly environment: RotationEnvironment
    readonly known: RotationMaterial.RotationMaterial
    readonly location: RotationStore.Location
  }
): Effect.Effect<RotationSight, ClientError | BroughtAuthority.AuthorityUnusable, KubernetesClient> =>
  Effect.gen(function* () {
    const { namespace, spec } = webhook
    const broughtNow = yield* Effect.result(BroughtAuthority.read(webhook))
    if (Result.isFailure(broughtNow) && broughtNow.failure._tag !== "AuthorityUnusable")
      return yield* broughtNow.failure
    const targets = yield* environment.targets(webhook)
    const serving = yield* ServingSecret.read({ namespace, name: spec.secretName })
    const { apiServers, reach, skew } = yield* environment.apiServers
    const pods = yield* Endpoints.look({
      namespace,
      service: spec.service,
      hosts: targets.found.flatMap(({ hosts }) => hosts),
      secretName: spec.secretName,
      known: certificatesOf(targets, serving, known)
    })
    const stored = yield* RotationStore.read(location)
    const now = yield* Clock.currentTimeMillis
    const rotation = stored === undefined || Result.isFailure(stored.rotation) ? undefined : stored.rotation.success
    const state = rotation?.state
    const broughtProblem =
      Result.isFailure(broughtNow) && broughtNow.failure._tag === "AuthorityUnusable" ? broughtNow.failure : undefined
    // What the user spoilt must not have one made here in its place: the one that serves goes on meanwhile.
    if (broughtProblem !== undefined && state?.current === undefined) return yield* broughtProblem
    const brought = Result.isSuccess(broughtNow) ? broughtNow.success : undefined
    const wanted =
      brought === undefined ? broughtProblem && state?.current : RotationMaterial.trusted(brought.certificate)
    const request = yield* pendingRequest(webhook, state?.request)
    const leaf = rotation?.material.leaves.get(state?.leaf?.id ?? "")?.certificate
    const issuer = rotation?.material.authorities.get(state?.leaf?.issuer ?? "")?.certificate
    const isBridgeless = brought !== undefined && !(yield* CertificateAuthority.maySignAuthorities(brought))
    const seen: Sighting = {
      now,
      skew,
      state,
      apiServers,
      reach,
      serving: asIssued(serving, rotation),
      targets: targets.found.map(({ bundle, epoch, name, resourceVersion }) => ({
        name,
        resourceVersion,
        bundle: RotationMaterial.trustedBy(bundle),
        epoch
      })),
      pods,
      ...(request !== undefined && { request }),
      ...(wanted !== undefined && { brought: wanted }),
      ...(leaf !== undefined && { reissue: !isWanted(leaf, issuer, webhook, location.namespace) })
    }
    const warnings = targets.found.flatMap((target) => target.warnings)
    return {
      seen,
      targets,
      pods,
      serving,
      stored,
      brought,
      broughtProblem,
      warnings: isBridgeless ? [...warnings, bridgeless] : warnings
    }
  })

/**
 * The names of a leaf: those of the webhook, and that of its canary.
 *
 * @category getters
 * @since 0.1.0
 */
export const dnsNamesOf = (
  webhook: WebhookCertificate.WebhookCertificate,
  operatorNamespace: string
): ReadonlyArray<string> => [...webhook.dnsNames, WebhookCertificate.canaryService(webhook, operatorNamespace).host]

/**
 * What a cache shows may be older than what another leader has taken up already, and would be taken up once more in its
 * place, for ever where both do so. What is read after the state is never older than what the state was made from.
 */
const pendingRequest = (webhook: WebhookCertificate.WebhookCertificate, taken: string | undefined) =>
  Effect.gen(function* () {
    if (RotationRequest.of(webhook, taken) === undefined) return undefined
    const client = yield* KubernetesClient
    const { name, namespace } = webhook
    const object = yield* client.get({ ...WebhookCertificate.kind, name, namespace })
    return RotationRequest.of(WebhookCertificate.requests(object), taken)
  }).pipe(Effect.catchTag("NotFound", () => Effect.undefined))

/** A leaf whose bridges were taken away is not the one that was issued, and is written again. */
const asIssued = (
  serving: ServingSecret.Found | undefined,
  rotation: StoredRotation | undefined
): Sighting["serving"] => {
  const issued = rotation?.material.leaves.get(serving?.leaf ?? "")
  if (serving === undefined || issued === undefined || issued.chainPem === serving.chainPem) return serving
  const { leaf: _, ...rest } = serving
  return rest
}

const bridgeless =
  "the CA of spec.authority.secretName has the path length 0, so that it cannot vouch for its successor: where not every API server can be asked, a change of the CA waits"

const isWanted = (
  leaf: Certificate.Certificate,
  issuer: Certificate.Certificate | undefined,
  webhook: WebhookCertificate.WebhookCertificate,
  operatorNamespace: string
): boolean => {
  const { dnsNames, keyAlgorithm } = leaf
  const wanted = dnsNamesOf(webhook, operatorNamespace)
  return (
    keyAlgorithm === webhook.spec.keyAlgorithm &&
    // A CA that was prolonged under another name is not found by the old one.
    (issuer === undefined || issuer.subject === leaf.issuer) &&
    wanted.length === dnsNames.length &&
    wanted.every((name) => dnsNames.includes(name))
  )
}

/** Every authority that may have signed what a pod presents. */
const certificatesOf = (
  targets: FoundTargets,
  serving: ServingSecret.Found | undefined,
  known: RotationMaterial.RotationMaterial
): ReadonlyArray<Certificate.Certificate> => [
  ...Array.from(known.authorities.values(), ({ certificate }) => certificate),
  ...known.adopted.values(),
  ...targets.found.flatMap(({ bundle }) => bundle.certificates),
  ...(serving?.certificates.certificates ?? [])
]
