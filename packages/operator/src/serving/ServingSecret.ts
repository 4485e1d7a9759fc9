/**
 * The Secret that a webhook's pods read: `tls.crt` with the leaf and its bridges, `tls.key`, and `ca.crt` with all that is
 * to be trusted. No authority's key is in it.
 *
 * @since 0.1.0
 */
import * as Certificate from "@holdfast/certificates/Certificate"
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import * as KeyPair from "@holdfast/certificates/KeyPair"
import { text } from "@holdfast/k8s-adapter/Json"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { type LeafMaterial, trustedBy } from "../rotation/RotationMaterial.ts"
import { group } from "../rotation/RotationSecret.ts"
import type { ServingSecret } from "../rotation/RotationView.ts"

/**
 * Where the Secret is.
 *
 * @category models
 * @since 0.1.0
 */
export interface Location {
  readonly namespace: string
  readonly name: string
}

/**
 * The Secret as it was found.
 *
 * @category models
 * @since 0.1.0
 */
export interface Found extends Omit<ServingSecret, "writtenAt"> {
  /** The certificates behind the ids of `bundle`. */
  readonly certificates: CertificateBundle.CertificateBundle
  /** `tls.crt` as it is. */
  readonly chainPem: string
}

/**
 * What to write.
 *
 * @category models
 * @since 0.1.0
 */
export interface Content {
  /** Left out, the leaf that is there stays. */
  readonly leaf?: LeafMaterial
  /** The id of the staged leaf. The leaf itself is not written: no pod is to present it. */
  readonly staged?: string
  readonly bundle: CertificateBundle.CertificateBundle
  readonly epoch: number
}

/**
 * Reads the Secret from the API server itself, never from a cache; `undefined` when there is none. A leaf that cannot be
 * served, for its key is another's or cannot be read, is none, so that it is written anew.
 *
 * @category operations
 * @since 0.1.0
 */
export const read = (location: Location): Effect.Effect<Found | undefined, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const secret = yield* Effect.catchTag(client.get({ ...kind, ...location }), "NotFound", () => Effect.undefined)
    return secret === undefined ? undefined : decode(secret)
  })

/**
 * Writes the Secret over the version that was found, or creates it where none was. Labels, annotations and data that
 * others put there stay.
 *
 * @category operations
 * @since 0.1.0
 */
export const write = (
  location: Location,
  content: Content,
  over: Pick<Found, "resourceVersion"> | undefined
): Effect.Effect<"done" | "conflict", ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const { annotations, data, labels } = encode(content)
    if (over !== undefined) {
      return yield* client.patch(
        { ...kind, ...location },
        {
          type: "merge",
          body: { metadata: { resourceVersion: over.resourceVersion, annotations, labels }, data },
          ...by
        }
      )
    }
    const present = Object.entries(annotations).filter((each): each is [string, string] => each[1] !== null)
    const secret = {
      ...kind,
      metadata: { ...location, annotations: Object.fromEntries(present), labels },
      type: "kubernetes.io/tls",
      // The type asks for both keys, also before there is a leaf.
      data: { "tls.crt": "", "tls.key": "", ...data }
    }
    // A Role that names the Secret allows it to be applied, but not to be posted: a POST has no name.
    return yield* Effect.catchTag(client.create(secret, by), "Forbidden", () =>
      client.apply(secret, { ...by, force: true })
    )
  }).pipe(
    Effect.as("done" as const),
    // Replaced, created or deleted by somebody in between.
    Effect.catchTags({
      AlreadyExists: () => Effect.succeed("conflict" as const),
      Conflict: () => Effect.succeed("conflict" as const),
      NotFound: (error) => (over === undefined ? Effect.fail(error) : Effect.succeed("conflict" as const))
    })
  )

/**
 * The epoch that a Secret was written at; 0 when somebody else wrote it.
 *
 * @category getters
 * @since 0.1.0
 */
export const epochOf = (secret: KubernetesObject): number => {
  const epoch = Number(secret.metadata.annotations?.[`${group}/epoch`] ?? 0)
  return Number.isSafeInteger(epoch) && epoch > 0 ? epoch : 0
}

const kind = { apiVersion: "v1", kind: "Secret" }
const by = { fieldManager: "holdfast-operator" }

const base64 = (content: string) => Buffer.from(content).toString("base64")

const encode = ({ bundle, epoch, leaf, staged }: Content) => ({
  labels: { "app.kubernetes.io/managed-by": "holdfast" },
  annotations: { [`${group}/epoch`]: String(epoch), [`${group}/staged`]: staged ?? null },
  data: {
    "ca.crt": base64(CertificateBundle.toPem(bundle)),
    ...(leaf !== undefined && {
      "tls.crt": base64(leaf.chainPem),
      "tls.key": base64(Redacted.value(leaf.privateKeyPem))
    })
  }
})

const decode = (secret: KubernetesObject): Found => {
  const data = (key: string) => Buffer.from(text(secret["data"], key), "base64").toString("utf8")
  const certificates = Result.match(CertificateBundle.parse(data("ca.crt")), {
    onFailure: ({ usable }) => usable,
    onSuccess: (bundle) => bundle
  })
  const leaf = Certificate.parse(data("tls.crt"))
  const isUsable = Result.isSuccess(leaf) && KeyPair.matches(leaf.success, Redacted.make(data("tls.key")))
  const staged = secret.metadata.annotations?.[`${group}/staged`]
  return {
    resourceVersion: secret.metadata.resourceVersion ?? "",
    epoch: epochOf(secret),
    bundle: trustedBy(certificates),
    certificates,
    chainPem: data("tls.crt"),
    ...(isUsable && { leaf: leaf.success.fingerprint256 }),
    ...(staged !== undefined && { staged })
  }
}
