/** A cluster with webhooks whose bundles change, on any API server. */
import { readFile } from "node:fs/promises"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import { AlreadyExists } from "@holdfast/k8s-adapter/ApiError"
import * as Kubeconfig from "@holdfast/k8s-adapter/Kubeconfig"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as KubernetesYaml from "@holdfast/k8s-adapter/KubernetesYaml"
import * as WebhookCertificate from "@holdfast/operator/certificate/WebhookCertificate"
import * as ApiServers from "@holdfast/operator/target/ApiServers"
import * as Barrier from "@holdfast/operator/target/Barrier"
import * as CanaryEntry from "@holdfast/operator/target/CanaryEntry"
import * as CanaryProbe from "@holdfast/operator/target/CanaryProbe"
import { apiVersions, type FoundTarget, type RotatedWebhook } from "@holdfast/operator/target/Target"
import * as TargetCaches from "@holdfast/operator/target/TargetCaches"
import * as Targets from "@holdfast/operator/target/Targets"
import type { TestCluster } from "@holdfast/testkit/TestCluster"
import { Effect, Result } from "effect"
import * as CanaryServer from "./canaryServer.ts"

export const base64 = (text: string) => Buffer.from(text).toString("base64")
export const bundleOf = (...cas: ReadonlyArray<CertificateAuthority.CertificateAuthority>) =>
  CertificateBundle.fromCertificates(cas.map(({ certificate }) => certificate))
export const caBundleOf = (...cas: ReadonlyArray<CertificateAuthority.CertificateAuthority>) =>
  base64(CertificateBundle.toPem(bundleOf(...cas)))

export const until = <A, E, R>(effect: Effect.Effect<A, E, R>, holds: (value: A) => boolean) =>
  Effect.repeat(Effect.delay(effect, "50 millis"), { until: holds }).pipe(Effect.timeout("30 seconds"))

const probeCrd = new URL("../../chart/crds/certificates.holdfast.dev_probes.yaml", import.meta.url)

// biome-ignore lint/suspicious/noExplicitAny: four kinds that are looked into by the tests
type AnyTarget = KubernetesObject & Record<string, any>

let labs = 0

/** A webhook of its own in a namespace of its own; nothing is shared between two labs but the cluster. */
export const make = Effect.fnUntraced(function* (cluster: TestCluster) {
  const client = yield* KubernetesClient.make({ text: cluster.kubeconfig })
  const provided = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.provideService(effect, KubernetesClient.KubernetesClient, client)
  const unique = `lab${++labs}`
  const service = { namespace: unique, name: "hook" }
  const named = (name: string, targets: ReadonlyArray<object>): RotatedWebhook => {
    const spec = { secretName: `${name}-tls`, service: { name }, dnsNames: ["hook.example.com"], targets }
    const metadata = { name, namespace: unique }
    const read = WebhookCertificate.decode({ ...WebhookCertificate.kind, metadata, spec })
    return { ...Result.getOrThrow(read), operatorNamespace: unique }
  }
  const webhook = named("hook", [{ kind: "APIService", name: unique }])

  const [probes] = Result.getOrThrow(KubernetesYaml.parse(yield* Effect.promise(() => readFile(probeCrd, "utf8"))))
  yield* orExisting(client.create(probes?.value as KubernetesObject))
  yield* Effect.eventually(client.list(CanaryEntry.probeKind))
  yield* client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: unique } })
  const canaryService = CanaryEntry.serviceOf(webhook)
  for (const { name } of [service, canaryService]) {
    const ports = [{ port: 443, targetPort: 443 }]
    yield* client.create({ apiVersion: "v1", kind: "Service", metadata: { name, namespace: unique }, spec: { ports } })
  }
  // The API server looks for an address before it calls an APIService available; nobody connects to this one.
  yield* client.create({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: canaryService.name,
      namespace: unique,
      labels: { "kubernetes.io/service-name": canaryService.name }
    },
    addressType: "IPv4",
    ports: [{ name: "", port: 443, protocol: "TCP" }],
    endpoints: [{ addresses: ["192.0.2.1"], conditions: { ready: true } }]
  })
  const canary = yield* CanaryServer.make
  yield* cluster.route(canaryService, { host: "127.0.0.1", port: canary.port })

  const authority = (commonName: string) => CertificateAuthority.make({ commonName, validity: "1 day" })
  const [old, next, other] = yield* Effect.all([authority("old"), authority("next"), authority("other")], {
    concurrency: "unbounded"
  })
  const leafOf = (ca: CertificateAuthority.CertificateAuthority) =>
    CertificateAuthority.issue(ca, {
      dnsNames: [`hook.${unique}.svc`, `${canaryService.name}.${unique}.svc`],
      validity: "1 hour"
    })
  const staged = yield* leafOf(next)
  yield* canary.present(staged)

  const caches = yield* provided(TargetCaches.make)
  const createTarget = (
    kind: WebhookCertificate.TargetKind,
    fields: Readonly<Record<string, unknown>>,
    name: string = unique
  ) =>
    Effect.acquireRelease(
      client.create({ apiVersion: apiVersions[kind], kind, metadata: { name }, ...fields } as KubernetesObject),
      () => Effect.ignore(client.delete({ apiVersion: apiVersions[kind], kind, name }))
    )
  const get = (kind: WebhookCertificate.TargetKind, name: string = unique) =>
    client.get({ apiVersion: apiVersions[kind], kind, name }) as Effect.Effect<AnyTarget, KubernetesClient.ClientError>
  /** What the caches say once they have the newest version of every object that they find. */
  const find = (specs: ReadonlyArray<object>, name = "hook") =>
    until(
      Effect.gen(function* () {
        const findings = yield* provided(Targets.find(caches, named(name, specs)))
        const live = yield* Effect.forEach(findings.found, ({ kind, objectName }) => get(kind, objectName))
        return { findings, live }
      }),
      ({ findings, live }) =>
        live.every(({ metadata }, i) => metadata.resourceVersion === findings.found[i]?.resourceVersion)
    ).pipe(Effect.map(({ findings }) => findings))
  const findOne = (spec: object, name?: string) =>
    until(find([spec], name), ({ found }) => found.length === 1).pipe(
      Effect.map(({ found }) => found[0] as FoundTarget)
    )
  const publish = (
    target: FoundTarget,
    epoch: number,
    ...cas: ReadonlyArray<CertificateAuthority.CertificateAuthority>
  ) => provided(Targets.publish(webhook, target, { epoch, bundle: bundleOf(...cas) }))
  const touch = (target: FoundTarget) => provided(Targets.touch(webhook, target))
  const release = (...keep: ReadonlyArray<FoundTarget>) => provided(Targets.release(caches, webhook, keep))
  const sweep = (hasDefinitions: boolean) => provided(Barrier.sweep(webhook, hasDefinitions))

  const load = (text: string) => Kubeconfig.load({ text })
  /** API servers by their kubeconfigs. */
  const apiServers = (kubeconfigs: Readonly<Record<string, string>> = { one: cluster.kubeconfig }) => ({
    client: (name: string) => KubernetesClient.fromKubeconfig(load(kubeconfigs[name] ?? ""))
  })
  const probe = (
    targets: ReadonlyArray<FoundTarget>,
    options: { readonly on?: Readonly<Record<string, string>>; readonly leaf?: string } = {}
  ) =>
    provided(
      CanaryProbe.probe({
        webhook,
        leaf: options.leaf ?? staged.certificate.fingerprint256,
        pairs: Object.keys(options.on ?? { one: "" }).flatMap((apiServer) =>
          targets.map((target) => ({ apiServer, target }))
        ),
        apiServers: apiServers(options.on)
      })
    )
  const discovery = (addresses: ReadonlyArray<string>) =>
    provided(ApiServers.make({ load: load(cluster.kubeconfig), addresses: Effect.succeed(addresses) }))

  return {
    cluster,
    client,
    provided,
    unique,
    service,
    canaryService,
    named,
    webhook,
    caches,
    canary,
    old,
    next,
    other,
    staged,
    leafOf,
    createTarget,
    get,
    find,
    findOne,
    publish,
    touch,
    release,
    sweep,
    probe,
    discovery
  }
})

const orExisting = <A>(create: Effect.Effect<A, KubernetesClient.ClientError>) =>
  Effect.catch(create, (error) => (error instanceof AlreadyExists ? Effect.void : Effect.fail(error)))

/** An entry of a webhook configuration that nobody's requests match. */
export const entry = (name: string, clientConfig: Readonly<Record<string, unknown>>) => ({
  name,
  clientConfig,
  rules: [{ apiGroups: ["nobody.example.com"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["things"] }],
  admissionReviewVersions: ["v1"],
  sideEffects: "None"
})

const version = (name: string, storage: boolean) => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: { type: "object" } }
})

export const plainDefinition = (group: string) => ({
  spec: {
    group,
    scope: "Cluster",
    names: { plural: "things", singular: "thing", kind: "Thing", listKind: "ThingList" },
    versions: [version("v1", true), version("v2", false)]
  }
})

export const convertedDefinition = (group: string, clientConfig: Readonly<Record<string, unknown>>) => ({
  spec: {
    ...plainDefinition(group).spec,
    conversion: { strategy: "Webhook", webhook: { conversionReviewVersions: ["v1"], clientConfig } }
  }
})
