import { readFile } from "node:fs/promises"
import { type AddressInfo, createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Kubeconfig from "@holdfast/k8s-adapter/Kubeconfig"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Configuration from "@holdfast/operator/Configuration"
import * as WebhookCertificate from "@holdfast/operator/certificate/WebhookCertificate"
import * as Operator from "@holdfast/operator/Operator"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import { Deferred, Effect, Fiber, References, Result, Schedule } from "effect"
import { parseAllDocuments } from "yaml"

const namespace = "holdfast-system"
const manifest = new URL("../deploy/holdfast.yaml", import.meta.url)
const repository = {
  apiVersion: "packages.glasskube.dev/v1alpha1",
  kind: "PackageRepository",
  metadata: { name: "packages" },
  spec: { url: "ftp://packages.example.com" }
}
const quietly = Effect.provideService(References.MinimumLogLevel, "None")

const freePort = Effect.callback<number>((resume) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo
    server.close(() => resume(Effect.succeed(port)))
  })
})

/** The manifest as it is, in a cluster that has no nodes: the operator runs in the test, where its Services lead. */
const install = Effect.fnUntraced(function* (client: KubernetesClient.Shape, webhookPort: number) {
  const text = yield* Effect.promise(() => readFile(manifest, "utf8"))
  const objects = parseAllDocuments(text)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null && object.kind !== "Deployment") as ReadonlyArray<KubernetesObject>
  const first = ({ kind }: KubernetesObject) => kind === "CustomResourceDefinition" || kind === "Namespace"
  for (const object of [...objects.filter(first), ...objects.filter((each) => !first(each))]) {
    yield* Effect.retry(client.apply(object, { fieldManager: "test", force: true }), {
      schedule: Schedule.spaced("50 millis"),
      times: 50
    })
  }
  const own = WebhookCertificate.canaryService(
    { id: WebhookCertificate.idOf(namespace, "holdfast-webhook") },
    namespace
  )
  for (const name of ["holdfast-webhook", own.name]) {
    yield* client.create({
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name, namespace, labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      ports: [{ name: "webhook", port: webhookPort, protocol: "TCP" }],
      endpoints: [{ addresses: ["127.0.0.1"], conditions: { ready: true } }]
    })
  }
  return own
})

/** The one API server at its own address, with its Lease: one that nobody can tell from others is asked twenty times. */
const identify = Effect.fnUntraced(function* (client: KubernetesClient.Shape, url: string) {
  yield* client.create({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "kubernetes", namespace: "default", labels: { "kubernetes.io/service-name": "kubernetes" } },
    addressType: "IPv4",
    ports: [{ name: "https", port: Number(new URL(url).port), protocol: "TCP" }],
    endpoints: [{ addresses: ["127.0.0.1"], conditions: { ready: true } }]
  })
  yield* client.create({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name: "apiserver",
      namespace: "kube-system",
      labels: { "apiserver.kubernetes.io/identity": "kube-apiserver" }
    },
    spec: { renewTime: new Date().toISOString().replace("Z", "000Z") }
  })
})

const lab = Effect.gen(function* () {
  const server = yield* ApiServer.make()
  const client = yield* KubernetesClient.make({ text: server.kubeconfig })
  const webhookPort = yield* freePort
  const statusPort = yield* freePort
  const own = yield* install(client, webhookPort)
  for (const name of ["holdfast-webhook", own.name]) {
    yield* server.route({ namespace, name }, { host: "127.0.0.1", port: webhookPort })
  }
  yield* identify(client, server.url)
  const stop = yield* Deferred.make<string>()
  const running = yield* Effect.forkChild(
    Operator.run({
      load: Kubeconfig.load({ text: server.kubeconfig }),
      namespace,
      podName: "operator-0",
      webhookPort,
      statusPort,
      stop: Deferred.await(stop)
    }).pipe(Effect.provideService(KubernetesClient.KubernetesClient, client))
  )
  const ask = (path: string) =>
    Effect.promise(async () => {
      const response = await fetch(`http://127.0.0.1:${statusPort}${path}`)
      return { status: response.status, text: await response.text() }
    })
  return { client, running, stop, ask }
})

const until = <A, E, R>(effect: Effect.Effect<A, E, R>, holds: (value: A) => boolean) =>
  Effect.repeat(Effect.delay(effect, "50 millis"), { until: holds }).pipe(Effect.timeout("30 seconds"))

describe("The operator", () => {
  it.live(
    "becomes ready by its own certificate, guards package repositories, and ends in order",
    () =>
      Effect.gen(function* () {
        const { ask, client, running, stop } = yield* lab
        yield* until(Effect.result(Effect.catchDefect(ask("/healthz"), Effect.fail)), Result.isSuccess)
        const before = yield* ask("/readyz")
        assert.strictEqual(before.status, 503, before.text)
        assert.strictEqual((yield* until(ask("/readyz"), ({ status }) => status === 200)).status, 200)

        const refused = yield* Effect.flip(client.create(repository))
        assert.strictEqual(refused._tag, "AdmissionDenied", refused.message)
        const lease = yield* client.get({
          apiVersion: "coordination.k8s.io/v1",
          kind: "Lease",
          name: "holdfast-operator",
          namespace
        })
        assert.match((lease["spec"] as { holderIdentity: string }).holderIdentity, /^operator-0_[0-9a-f]{8}$/)
        const metrics = yield* ask("/metrics")
        for (const name of ["process_resident_memory_bytes", "leader_election_master_status", "workqueue_depth"]) {
          assert.include(metrics.text, name)
        }

        // A pod that API servers cannot trust is not ready.
        const wiped = {
          type: "json",
          body: [{ op: "replace", path: "/webhooks/0/clientConfig/caBundle", value: "Cg==" }]
        }
        yield* client.patch(
          { apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingWebhookConfiguration", name: "holdfast" },
          wiped as KubernetesClient.PatchOptions
        )
        yield* until(
          client.get({
            apiVersion: "admissionregistration.k8s.io/v1",
            kind: "ValidatingWebhookConfiguration",
            name: "holdfast"
          }),
          (object) =>
            (object["webhooks"] as ReadonlyArray<{ clientConfig: { caBundle?: string } }>)[0]?.clientConfig.caBundle !==
            "Cg=="
        )
        yield* until(ask("/readyz"), ({ status }) => status === 200)

        yield* Deferred.succeed(stop, "SIGTERM")
        yield* until(ask("/readyz"), ({ text }) => text.includes("shutting down"))
        assert.strictEqual(yield* Fiber.join(running), "drained")
        const released = yield* client.get({
          apiVersion: "coordination.k8s.io/v1",
          kind: "Lease",
          name: "holdfast-operator",
          namespace
        })
        assert.strictEqual((released["spec"] as { holderIdentity?: string }).holderIdentity ?? "", "")
      }).pipe(Effect.scoped, quietly),
    90_000
  )

  it("says which variable is wrong", () => {
    const read = (environment: Readonly<Record<string, string>>) =>
      Result.match(Configuration.read(environment), {
        onFailure: ({ message }) => message,
        onSuccess: (value) => value
      })
    assert.strictEqual(
      read({ POD_NAMESPACE: "" }),
      "POD_NAMESPACE is not set: it has to be the namespace that the operator runs in (downward API: metadata.namespace)"
    )
    assert.include(read({ POD_NAMESPACE: "a" }), "POD_NAME is not set")
    const pod = { POD_NAMESPACE: "a", POD_NAME: "b" }
    assert.include(read({ ...pod, HOLDFAST_LOG_LEVEL: "constructor" }), "choose one of debug, info, warn, error")
    assert.deepStrictEqual(read(pod), { namespace: "a", podName: "b", logLevel: "Info" })
  })
})
