/**
 * A whole operator but for its process: controller, canaries, and a webhook of two pods that is called all the time, on
 * any API server.
 */
import { readFile } from "node:fs/promises"
import type { IssuedCertificate } from "@holdfast/certificates/CertificateAuthority"
import * as Kubeconfig from "@holdfast/k8s-adapter/Kubeconfig"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as KubernetesYaml from "@holdfast/k8s-adapter/KubernetesYaml"
import * as AdmissionReview from "@holdfast/operator/admission/AdmissionReview"
import * as AdmissionServer from "@holdfast/operator/admission/AdmissionServer"
import * as ServingCertificate from "@holdfast/operator/admission/ServingCertificate"
import * as StagedLeaves from "@holdfast/operator/admission/StagedLeaves"
import type { CertificateStatus } from "@holdfast/operator/certificate/CertificateStatus"
import * as WebhookCertificate from "@holdfast/operator/certificate/WebhookCertificate"
import * as WebhookCertificateController from "@holdfast/operator/certificate/WebhookCertificateController"
import * as Cache from "@holdfast/operator/runtime/Cache"
import * as EventRecorder from "@holdfast/operator/runtime/EventRecorder"
import type { Leadership } from "@holdfast/operator/runtime/LeaderElection"
import * as ClusterEnvironment from "@holdfast/operator/target/ClusterEnvironment"
import * as TargetCaches from "@holdfast/operator/target/TargetCaches"
import type { TestCluster } from "@holdfast/testkit/TestCluster"
import { Clock, Duration, Effect, Exit, Fiber, Redacted, Result, Scope } from "effect"

export const system = "holdfast-system"
export const shop = "shop"
const hooked = "hooked"
const selector = { "app.kubernetes.io/name": "holdfast" }

const crd = (name: string) => new URL(`../../chart/crds/certificates.holdfast.dev_${name}.yaml`, import.meta.url)

export interface Lab {
  readonly cluster: TestCluster
  readonly client: KubernetesClient.Shape
  /** Begins a leader's term; its memory is its own. */
  readonly lead: (options?: {
    readonly guard?: Leadership["guard"]
    /** How far its clock is ahead of everybody else's. */
    readonly ahead?: Duration.Input
  }) => Effect.Effect<{ readonly end: Effect.Effect<void> }>
  /** Creates the WebhookCertificate `hook`, with a fast pace unless said otherwise. */
  readonly create: (spec?: object) => Effect.Effect<KubernetesObject, KubernetesClient.ClientError>
  readonly change: (spec: object) => Effect.Effect<KubernetesObject, KubernetesClient.ClientError>
  readonly remove: Effect.Effect<unknown, KubernetesClient.ClientError>
  /** Writes the Secret that the webhook serves from, as another tool would. */
  readonly serve: (leaf: IssuedCertificate) => Effect.Effect<unknown, KubernetesClient.ClientError>
  /** Writes the `caBundle`, as another tool would. */
  readonly trust: (pem: string, fieldManager?: string) => Effect.Effect<unknown, KubernetesClient.ClientError>
  readonly annotate: (name: string, value: string) => Effect.Effect<unknown, KubernetesClient.ClientError>
  readonly status: Effect.Effect<Partial<CertificateStatus>, KubernetesClient.ClientError>
  readonly configuration: Effect.Effect<Configuration, KubernetesClient.ClientError>
  readonly events: Effect.Effect<ReadonlyArray<string>, KubernetesClient.ClientError>
  /** Sends one request through the webhook; gives the error's message. */
  readonly ask: (dryRun?: boolean) => Effect.Effect<string | undefined>
  readonly provided: <A, E, R>(
    effect: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E, Exclude<R, KubernetesClient.KubernetesClient>>
}

export interface Configuration extends KubernetesObject {
  readonly webhooks: ReadonlyArray<{ readonly name: string; readonly clientConfig: { readonly caBundle?: string } }>
}

const paced = {
  secretName: "hook-tls",
  rollback: "0s",
  minPublish: "0s"
}

export const configuration = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  name: "hook"
}

export const base64 = (text: string) => Buffer.from(text).toString("base64")

const clockAhead = (clock: Clock.Clock, millis: number): Clock.Clock => ({
  currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + millis,
  currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + millis),
  currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe() + BigInt(millis) * 1_000_000n,
  currentTimeNanos: Effect.map(clock.currentTimeNanos, (now) => now + BigInt(millis) * 1_000_000n),
  monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
  monotonicTimeNanos: clock.monotonicTimeNanos,
  sleep: (duration) => clock.sleep(duration)
})

const target = { kind: "ValidatingWebhookConfiguration", name: "hook" }
const withService = { service: { name: "hook" }, targets: [target] }
const withoutService = {
  dnsNames: ["hook.shop.svc"],
  targets: [{ ...target, webhooks: ["hook.shop.example", "address.shop.example"] }]
}

/** Defines the operator's own kinds, and waits until they are served. */
export const define = (client: KubernetesClient.Shape) =>
  Effect.gen(function* () {
    for (const name of ["webhookcertificates", "probes"]) {
      const [document] = Result.getOrThrow(
        KubernetesYaml.parse(yield* Effect.promise(() => readFile(crd(name), "utf8")))
      )
      yield* client.create(document?.value as KubernetesObject)
    }
    for (const kind of ["WebhookCertificate", "Probe"]) {
      yield* client.list({ apiVersion: "certificates.holdfast.dev/v1alpha1", kind }).pipe(Effect.eventually)
    }
  })

/** Makes endpoints of pods that listen on loopback addresses, which a real API server does not take. */
export const expose = (
  client: KubernetesClient.Shape,
  service: { readonly name: string; readonly namespace: string },
  pods: ReadonlyArray<{ readonly port: number }>
) =>
  Effect.gen(function* () {
    for (const [index, { port }] of pods.entries()) {
      yield* client.create({
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: {
          name: `${service.name}-${index}`,
          namespace: service.namespace,
          labels: { "kubernetes.io/service-name": service.name }
        },
        addressType: "IPv4",
        ports: [{ name: "https", port, protocol: "TCP" }],
        endpoints: [
          {
            addresses: ["127.0.0.1"],
            conditions: { ready: true },
            targetRef: { kind: "Pod", name: `${service.name}-${index}`, namespace: service.namespace }
          }
        ]
      })
    }
  })

/** An entry that calls the webhook by its address, for nothing: this is where it is found where it has no endpoints. */
const byAddress = (port: number) => ({
  name: "address.shop.example",
  admissionReviewVersions: ["v1"],
  sideEffects: "None",
  clientConfig: { url: `https://127.0.0.1:${port}/validate` },
  rules: [{ apiGroups: ["shop.example"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["nothings"] }]
})

interface OperatorOptions {
  /** How the API servers are reached one by one. */
  readonly addresses?: ReadonlyArray<string>
  readonly keepAlive?: Duration.Input
}

/** What the operator does for one WebhookCertificate: the canaries of its pods, and terms of leaders. */
export const makeOperator = Effect.fnUntraced(function* (
  cluster: TestCluster,
  certificate: { readonly name: string; readonly namespace: string },
  { addresses, keepAlive }: OperatorOptions = {}
) {
  const client = yield* KubernetesClient.make({ text: cluster.kubeconfig })
  const provided: Lab["provided"] = (effect) => Effect.provideService(effect, KubernetesClient.KubernetesClient, client)
  const never = ServingCertificate.fromSecret({ name: "none", namespace: system })
  const canaries = yield* provided(
    Effect.gen(function* () {
      return yield* AdmissionServer.make({
        certificate: yield* never,
        canaries: yield* StagedLeaves.make({ namespace: system }),
        handlers: {},
        port: 0,
        host: "127.0.0.1"
      })
    })
  )
  const { name } = WebhookCertificate.canaryService(
    { id: WebhookCertificate.idOf(certificate.namespace, certificate.name) },
    system
  )
  yield* cluster.route({ name, namespace: system }, { host: "127.0.0.1", port: canaries.port })

  const outer = yield* Scope.Scope
  const load = Kubeconfig.load({ text: cluster.kubeconfig })
  const unguarded: Leadership["guard"] = (effect) => effect
  const lead: Lab["lead"] = ({ ahead = 0, guard = unguarded } = {}) =>
    Effect.gen(function* () {
      const scope = yield* Scope.fork(outer)
      const controller = yield* Effect.gen(function* () {
        const caches = yield* TargetCaches.make
        return yield* WebhookCertificateController.make({
          certificates: yield* Cache.make(WebhookCertificate.kind),
          caches,
          environment: yield* ClusterEnvironment.make({
            caches,
            operatorNamespace: system,
            load,
            ...(addresses !== undefined && { addresses: Effect.succeed(addresses) })
          }),
          events: yield* EventRecorder.make({ controller: "certificates.holdfast.dev/test", instance: "test" }),
          namespace: system,
          selector,
          guard,
          ...(keepAlive !== undefined && { keepAlive })
        })
      }).pipe(provided, Scope.provide(scope))
      const clock = clockAhead(yield* Clock.Clock, Duration.toMillis(ahead))
      const fiber = yield* Effect.forkIn(Effect.provideService(provided(controller.run), Clock.Clock, clock), scope)
      return { end: Effect.andThen(Fiber.interrupt(fiber), Scope.close(scope, Exit.void)) }
    })
  return lead
})

export const make = Effect.fnUntraced(function* (cluster: TestCluster, options: OperatorOptions = {}) {
  const client = yield* KubernetesClient.make({ text: cluster.kubeconfig })
  const provided: Lab["provided"] = (effect) => Effect.provideService(effect, KubernetesClient.KubernetesClient, client)
  yield* define(client)
  for (const name of [system, shop, hooked]) {
    const labels = { "kubernetes.io/metadata.name": name }
    yield* client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } })
  }

  const lead = yield* makeOperator(cluster, { name: "hook", namespace: shop }, options)
  const pod = provided(
    Effect.gen(function* () {
      return yield* AdmissionServer.make({
        certificate: yield* ServingCertificate.fromSecret({ name: "hook-tls", namespace: shop }),
        handlers: { "/validate": () => Effect.succeed(AdmissionReview.allowed()) },
        port: 0,
        host: "127.0.0.1"
      })
    })
  )
  const pods = yield* Effect.all([pod, pod])
  const isReal = cluster.kind === "kube-apiserver"
  yield* client.create({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "hook", namespace: shop },
    spec: { ports: [{ name: "https", port: 443, targetPort: 443 }] }
  })
  if (!isReal) yield* expose(client, { name: "hook", namespace: shop }, pods)
  yield* cluster.route({ name: "hook", namespace: shop }, { host: "127.0.0.1", port: pods[0].port })
  yield* client.create({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "hook" },
    webhooks: [
      {
        name: "hook.shop.example",
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        failurePolicy: "Fail",
        timeoutSeconds: 5,
        clientConfig: { service: { name: "hook", namespace: shop, path: "/validate" } },
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": hooked } },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }]
      },
      ...(isReal ? [byAddress(pods[0].port)] : [])
    ]
  })

  const reference = { ...WebhookCertificate.kind, name: "hook", namespace: shop }
  let asked = 0
  const lab: Lab = {
    cluster,
    client,
    provided,
    lead,
    create: (spec = {}) =>
      client.create({
        ...WebhookCertificate.kind,
        metadata: { name: "hook", namespace: shop },
        spec: { ...paced, ...(isReal ? withoutService : withService), ...spec }
      }),
    change: (spec) => client.patch(reference, { type: "merge", body: { spec } }),
    remove: client.delete(reference),
    serve: ({ chainPem, privateKeyPem }) =>
      client.create({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "hook-tls", namespace: shop },
        type: "kubernetes.io/tls",
        data: { "tls.crt": base64(chainPem), "tls.key": base64(Redacted.value(privateKeyPem)) }
      }),
    trust: (pem, fieldManager = "kubectl-edit") =>
      client.patch(configuration, {
        type: "json",
        body: [{ op: "add", path: "/webhooks/0/clientConfig/caBundle", value: base64(pem) }],
        fieldManager
      }),
    annotate: (name, value) =>
      client.patch(reference, { type: "merge", body: { metadata: { annotations: { [name]: value } } } }),
    status: Effect.map(client.get(reference), (object) => (object["status"] ?? {}) as Partial<CertificateStatus>),
    configuration: client.get(configuration) as Effect.Effect<Configuration, KubernetesClient.ClientError>,
    events: Effect.map(client.list({ apiVersion: "events.k8s.io/v1", kind: "Event", namespace: shop }), ({ items }) =>
      items.map((event) => `${event["type"]} ${event["reason"]}: ${event["note"]}`)
    ),
    ask: (dryRun = true) =>
      client
        .create(
          { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `asked-${asked++}`, namespace: hooked } },
          { dryRun }
        )
        .pipe(
          Effect.as(undefined),
          Effect.catch(({ message }) => Effect.succeed(message))
        )
  }
  return lab
})
