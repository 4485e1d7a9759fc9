/**
 * A certificate job as many installers ship it, and as Glasskube's behaves: each run makes a new CA and a new leaf,
 * writes them to a Secret, and at once switches the `caBundle` of the webhook configurations to the new CA alone. The
 * pod that serves the webhook learns of it later. In between lies the certificate vacuum.
 *
 * @since 0.1.0
 */
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import type { KeyAlgorithm } from "@holdfast/certificates/KeyPair"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Client from "./internal/client/Client.ts"
import { arrayAt, isObject, stringAt } from "./internal/Json.ts"
import type { TestCluster } from "./TestCluster.ts"

/**
 * What a certificate job is about.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The Secret that it writes: `ca.crt`, `tls.crt`, `tls.key`. */
  readonly secret: { readonly namespace: string; readonly name: string }
  /** The Service of the webhook, whose names go into the leaf. */
  readonly service: { readonly namespace: string; readonly name: string }
  /** The configurations whose `caBundle` it sets, in every webhook of theirs. */
  readonly configurations: ReadonlyArray<{
    readonly kind: "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration"
    readonly name: string
  }>
  /** Name of the CA; the same at each run, as those jobs have it. */
  readonly commonName?: string | undefined
  readonly validity?: Duration.Input | undefined
  readonly algorithm?: KeyAlgorithm | undefined
  readonly fieldManager?: string | undefined
  /** Waits between the Secret and the caBundle; none when left out. */
  readonly pause?: Duration.Input | undefined
}

/**
 * The certificates that one run made.
 *
 * @category models
 * @since 0.1.0
 */
export interface Issued {
  readonly caPem: string
  readonly chainPem: string
}

const plurals = {
  ValidatingWebhookConfiguration: "validatingwebhookconfigurations",
  MutatingWebhookConfiguration: "mutatingwebhookconfigurations"
} as const

const base64 = (text: string): string => Buffer.from(text).toString("base64")

/**
 * Makes the job's program: an effect that runs it once. Give it to `Controllers` as what a Job does, or run it yourself
 * for a rotation that starts by itself.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  cluster: TestCluster,
  options: Options
): Effect.Effect<Effect.Effect<Issued, Error>, never, Scope.Scope> =>
  Effect.map(Client.make(cluster), (client) => run(client, options))

const run = (client: Client.Client, options: Options): Effect.Effect<Issued, Error> =>
  Effect.gen(function* () {
    const { secret, service } = options
    const manager = options.fieldManager ?? "certificate-job"
    const host = `${service.name}.${service.namespace}.svc`
    const validity = options.validity ?? "365 days"
    const common = { validity, algorithm: options.algorithm }
    const ca = yield* CertificateAuthority.make({ ...common, commonName: options.commonName ?? `${service.name}-ca` })
    const leaf = yield* CertificateAuthority.issue(ca, {
      ...common,
      dnsNames: [service.name, `${service.name}.${service.namespace}`, host, `${host}.cluster.local`]
    })
    const caPem = ca.certificate.pem

    yield* client.apply(
      `/api/v1/namespaces/${secret.namespace}/secrets/${secret.name}`,
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: secret.name, namespace: secret.namespace },
        type: "kubernetes.io/tls",
        data: {
          "ca.crt": base64(caPem),
          "tls.crt": base64(leaf.chainPem),
          "tls.key": base64(Redacted.value(leaf.privateKeyPem))
        }
      },
      manager
    )
    if (options.pause !== undefined) yield* Effect.sleep(options.pause)
    for (const { kind, name } of options.configurations) {
      const path = `/apis/admissionregistration.k8s.io/v1/${plurals[kind]}/${name}`
      const live = yield* client.get(path)
      const webhooks = arrayAt(live, "webhooks")
        .filter(isObject)
        .map((webhook) => ({ name: stringAt(webhook, "name") ?? "", clientConfig: { caBundle: base64(caPem) } }))
      const apiVersion = "admissionregistration.k8s.io/v1"
      yield* client.apply(path, { apiVersion, kind, metadata: { name }, webhooks }, manager)
    }
    return { caPem, chainPem: leaf.chainPem }
  }).pipe(
    // TLS is checked by the machine's clock, so the certificates are made by it.
    Effect.provideService(Clock.Clock, Clock.Clock.defaultValue())
  )
