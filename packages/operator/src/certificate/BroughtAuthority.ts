/**
 * The authority that a user brings in a Secret, in place of those that are made here.
 *
 * @since 0.1.0
 */
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import { text } from "@holdfast/k8s-adapter/Json"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { WebhookCertificate } from "./WebhookCertificate.ts"

/**
 * The Secret named by `spec.authority.secretName` is no authority that can sign.
 *
 * @category errors
 * @since 0.1.0
 */
export class AuthorityUnusable extends Data.TaggedError("AuthorityUnusable")<{
  /** `namespace/name`. */
  readonly secret: string
  /** The rest of a sentence that begins with the Secret. Holds nothing of a key. */
  readonly problem: string
}> {
  override get message(): string {
    return `the Secret ${this.secret}, the authority of spec.authority.secretName, ${this.problem}`
  }
}

/**
 * Reads it from the API server itself; `undefined` where none is asked for.
 *
 * @category operations
 * @since 0.1.0
 */
export const read = ({
  namespace,
  spec
}: WebhookCertificate): Effect.Effect<
  CertificateAuthority.CertificateAuthority | undefined,
  ClientError | AuthorityUnusable,
  KubernetesClient
> =>
  Effect.gen(function* () {
    const name = spec.authority.secretName
    if (name === undefined) return undefined
    const unusable = (problem: string) => new AuthorityUnusable({ secret: `${namespace}/${name}`, problem })
    const client = yield* KubernetesClient
    const secret = yield* Effect.catchTags(client.get({ apiVersion: "v1", kind: "Secret", name, namespace }), {
      NotFound: () => Effect.fail(unusable("does not exist: create it, with the CA in tls.crt and its key in tls.key")),
      Forbidden: () => Effect.fail(unusable("may not be read by the operator: grant it the verb get on this Secret"))
    })
    const data = (key: string) => Buffer.from(text(secret["data"], key), "base64").toString("utf8")
    const read = CertificateAuthority.fromPem({
      certificatePem: data("tls.crt"),
      privateKeyPem: Redacted.make(data("tls.key"))
    })
    if (Result.isFailure(read)) return yield* unusable(`cannot be used: ${read.failure.message}`)
    return read.success.certificate.isCA
      ? read.success
      : yield* unusable("holds a certificate that is not one of an authority (basicConstraints CA:TRUE is missing)")
  })
