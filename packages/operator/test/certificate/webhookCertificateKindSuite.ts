/** The definition of WebhookCertificate and its decoder: what one refuses, the other does; what is left out is filled in. */
import { readFile } from "node:fs/promises"
import { assert, layer } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as KubernetesYaml from "@holdfast/k8s-adapter/KubernetesYaml"
import * as WebhookCertificate from "@holdfast/operator/certificate/WebhookCertificate"
import type { TestCluster } from "@holdfast/testkit/TestCluster"
import { Effect, Layer, Result, type Scope } from "effect"

const definition = new URL("../../chart/crds/certificates.holdfast.dev_webhookcertificates.yaml", import.meta.url)
const target = { kind: "ValidatingWebhookConfiguration", name: "hook" }
const least = { secretName: "hook-tls", service: { name: "hook" }, targets: [target] }
const objectOf = (spec: object, name = "hook") => ({
  ...WebhookCertificate.kind,
  metadata: { name, namespace: "default" },
  spec
})

/** What no WebhookCertificate can say, by the field that is wrong. */
const wrong: ReadonlyArray<readonly [field: string, spec: object]> = [
  ["spec.secretName", { ...least, secretName: "No_Secret" }],
  ["spec.service", { ...least, service: undefined }],
  ["spec.service.port", { ...least, service: { name: "hook", port: 0 } }],
  ["spec.dnsNames[0]", { ...least, dnsNames: ["not a name"] }],
  ["spec.targets", { ...least, targets: [] }],
  ["spec.targets[0]", { ...least, targets: [{ kind: "APIService" }] }],
  ["spec.targets[0]", { ...least, targets: [{ ...target, selector: { matchLabels: { a: "b" } } }] }],
  ["spec.targets[0].kind", { ...least, targets: [{ ...target, kind: "Secret" }] }],
  ["spec.targets[0].webhooks", { ...least, targets: [{ kind: "APIService", name: "v1.a", webhooks: ["a.b.c"] }] }],
  [
    "spec.targets[0].selector.matchLabels",
    { ...least, targets: [{ ...target, name: undefined, selector: { matchLabels: {} } }] }
  ],
  ["spec.keyAlgorithm", { ...least, keyAlgorithm: "ROT13" }],
  ["spec.leaf.validity", { ...least, leaf: { validity: "30d" } }],
  ["spec.authority.renewBefore", { ...least, authority: { renewBefore: "soon" } }],
  ["spec.minPublish", { ...least, minPublish: "-1h" }],
  ["spec.rollback", { ...least, rollback: "" }]
]

export const webhookCertificateKindSuite = (
  name: string,
  cluster: Effect.Effect<TestCluster, unknown, Scope.Scope>
): void => {
  const client = Layer.unwrap(
    Effect.map(Effect.orDie(cluster), ({ kubeconfig }) => KubernetesClient.KubernetesClient.layer({ text: kubeconfig }))
  )
  layer(client, { timeout: 60_000, excludeTestServices: true })(`a WebhookCertificate on ${name}`, (it) => {
    const installed = Effect.gen(function* () {
      const client = yield* KubernetesClient.KubernetesClient
      const [document] = Result.getOrThrow(
        KubernetesYaml.parse(yield* Effect.promise(() => readFile(definition, "utf8")))
      )
      yield* client.apply(document?.value as KubernetesObject)
      yield* client.list(WebhookCertificate.kind).pipe(Effect.eventually)
      return client
    })

    it.effect("has everything filled in that has a default, to the same effect as if it were left out", () =>
      Effect.gen(function* () {
        const client = yield* installed
        const sent = objectOf(least)
        const kept = yield* client.create(sent, { dryRun: true, fieldValidation: "Strict" })
        assert.deepStrictEqual(kept["spec"], {
          ...least,
          service: { name: "hook", port: 443 },
          keyAlgorithm: "ECDSA-P256",
          authority: { validity: "8760h" },
          leaf: { validity: "720h" },
          minPublish: "24h",
          rollback: "1h"
        })
        assert.deepStrictEqual(
          Result.getOrThrow(WebhookCertificate.decode(kept)),
          Result.getOrThrow(WebhookCertificate.decode(sent))
        )
      })
    )

    it.effect("is refused by the API server and by the decoder alike", () =>
      Effect.gen(function* () {
        const client = yield* installed
        for (const [field, spec] of wrong) {
          const object = JSON.parse(JSON.stringify(objectOf(spec))) as KubernetesObject
          const decoded = WebhookCertificate.decode(object)
          assert.strictEqual(Result.isFailure(decoded) && decoded.failure.field, field)
          const refused = yield* Effect.flip(client.create(object, { dryRun: true }))
          assert.strictEqual(refused._tag, "Invalid", field)
        }
        const long = objectOf(least, "x".repeat(64))
        assert.include((yield* Effect.flip(client.create(long, { dryRun: true }))).message, "63 characters at most")
        assert.isTrue(Result.isFailure(WebhookCertificate.decode(long)))
      })
    )
  })
}
