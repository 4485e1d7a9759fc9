/**
 * How long an operator takes that finds a full cluster at its start, and how much memory: 10,000 package repositories,
 * and 10 webhooks with 100 configurations each, none of which has a certificate yet.
 *
 *     node packages/operator/bench/convergence.ts
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as WebhookCertificate from "@holdfast/operator/certificate/WebhookCertificate"
import * as PackageRepository from "@holdfast/operator/repository/PackageRepository"
import * as Cache from "@holdfast/operator/runtime/Cache"
import * as Conditions from "@holdfast/operator/runtime/Conditions"
import { Effect } from "effect"
import { cluster, operator, until } from "./lab.ts"

const repositories = 10_000
const webhooks = 10
const targetsOfEach = 100

const bench = Effect.gen(function* () {
  const index = createServer((_, response) => response.end("packages:\n- name: cert-manager\n"))
  yield* Effect.promise(() => new Promise<void>((resolve) => index.listen(0, "127.0.0.1", resolve)))
  const url = `http://127.0.0.1:${(index.address() as AddressInfo).port}/`
  const numbers = (count: number) => Array.from({ length: count }, (_, number) => number)
  const { client, server } = yield* cluster([
    ...numbers(webhooks).flatMap(webhook),
    ...numbers(repositories).map((number) => ({
      ...PackageRepository.kind,
      metadata: { name: `repository-${number}` },
      spec: { url }
    }))
  ])

  const cacheOf = (kind: { readonly apiVersion: string; readonly kind: string }) =>
    Effect.provideService(Cache.make(kind), KubernetesClient.KubernetesClient, client)
  const repositoryCache = yield* cacheOf(PackageRepository.kind)
  const certificateCache = yield* cacheOf(WebhookCertificate.kind)
  yield* repositoryCache.synced
  const ready = (cache: Cache.Cache) =>
    cache.list().filter((object) => Conditions.find(Conditions.of(object), "Ready")?.status === "True").length

  const startedAt = performance.now()
  const process = yield* operator(server.kubeconfig)
  const since = () => ((performance.now() - startedAt) / 1000).toFixed(1)
  const reached = (what: string, cache: Cache.Cache, count: number) =>
    Effect.tap(until(Effect.sync(() => ready(cache) >= count)), () =>
      Effect.sync(() => console.log(`${what.padEnd(42)} ${since().padStart(6)} s after the start`))
    )
  yield* Effect.all(
    [
      reached(`${repositories} PackageRepositories ready`, repositoryCache, repositories),
      // The operator's own is one more.
      reached(`${webhooks} WebhookCertificates, ${webhooks * targetsOfEach} targets`, certificateCache, webhooks + 1)
    ],
    { concurrency: 2 }
  )
  const { most, now } = process.memory()
  console.log(`memory ${now.toFixed(0)} MB RSS, at most ${most.toFixed(0)} MB; CPU ${process.cpu().toFixed(1)} s`)
})

const webhook = (number: number): ReadonlyArray<KubernetesObject> => {
  const name = `hook-${number}`
  const namespace = "default"
  return [
    { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec: { ports: [{ port: 443 }] } },
    ...Array.from({ length: targetsOfEach }, (_, target) => ({
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: `${name}-${target}`, labels: { hook: name } },
      webhooks: [
        {
          name: "hook.example.com",
          admissionReviewVersions: ["v1"],
          sideEffects: "None",
          clientConfig: { service: { name, namespace } },
          rules: [{ apiGroups: ["example.com"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["things"] }]
        }
      ]
    })),
    {
      ...WebhookCertificate.kind,
      metadata: { name, namespace },
      spec: {
        secretName: `${name}-tls`,
        service: { name },
        targets: [{ kind: "ValidatingWebhookConfiguration", selector: { matchLabels: { hook: name } } }]
      }
    }
  ]
}

await Effect.runPromise(Effect.scoped(bench))
process.exit()
