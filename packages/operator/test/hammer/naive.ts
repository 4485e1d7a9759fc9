/** Ways to rotate that are in use, on a real cluster: what the hammer has to see through. */
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import type * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import { type Duration, Effect, Redacted } from "effect"
import * as Hooks from "./hooks.ts"

type Authority = CertificateAuthority.CertificateAuthority

const base64 = (text: string) => Buffer.from(text).toString("base64")

/** A webhook's certificate in somebody's hands who makes a new authority at each rotation. */
export const make = (client: KubernetesClient.Shape, hooks: ReadonlyArray<string>, name: string) => {
  const { kind } = Hooks.configurationOf(hooks, name)
  let current: Authority | undefined

  const serve = Effect.fnUntraced(function* (ca: Authority) {
    const { namespace, name: secret } = Hooks.secretOf(name)
    const leaf = yield* CertificateAuthority.issue(ca, { dnsNames: [`${name}.${namespace}.svc`], validity: "1 day" })
    const data = { "tls.crt": base64(leaf.chainPem), "tls.key": base64(Redacted.value(leaf.privateKeyPem)) }
    const object = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: secret, namespace },
      type: "kubernetes.io/tls"
    }
    yield* client.apply({ ...object, data } as KubernetesObject, { fieldManager: "naive" })
  })

  const publish = Effect.fnUntraced(function* (...authorities: ReadonlyArray<Authority>) {
    const caBundle = base64(authorities.map(({ certificate }) => certificate.pem).join(""))
    const body = [{ op: "add", path: "/webhooks/0/clientConfig/caBundle", value: caBundle }]
    yield* client.patch({ apiVersion: "admissionregistration.k8s.io/v1", kind, name }, { type: "json", body })
  })

  const rotation = <E>(
    steps: (next: Authority, old: Authority | undefined) => Effect.Effect<unknown, E>
  ): Effect.Effect<void, E> =>
    Effect.gen(function* () {
      const next = yield* Effect.orDie(CertificateAuthority.make({ commonName: name, validity: "2 days" }))
      yield* steps(next, current)
      current = next
    })

  const overlap = (next: Authority, old: Authority | undefined) => publish(...(old === undefined ? [] : [old]), next)

  return {
    /** Secret and bundle, both replaced at once. */
    swap: rotation((next) => Effect.andThen(Effect.orDie(serve(next)), publish(next))),
    /** The new authority is added to the old one in the bundle, by another process that is a little later. */
    overlapAfter: (lag: Duration.Input) =>
      rotation((next, old) => Effect.andThen(Effect.orDie(serve(next)), Effect.delay(overlap(next, old), lag))),
    /** The new authority is added to the old one in the bundle first, and nobody looks whether it has arrived. */
    overlapFirst: rotation((next, old) => Effect.andThen(overlap(next, old), Effect.orDie(serve(next))))
  }
}
