/**
 * How long an operator takes that finds a full cluster at its start, and how much memory: package repositories, and
 * webhooks with many configurations each, none of which has a certificate yet.
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

export interface Load {
  readonly repositories: number
  readonly webhooks: number
  /** Configurations of each webhook. */
  readonly targets: number
  /** What Node gets in the place of the image's words: an operator to be profiled. */
  readonly words?: ReadonlyArray<string>
}

/** Seconds from the operator's start until all are Ready, the CPU seconds, and the most memory, in MB. */
export const convergence = Effect.fnUntraced(function* ({ repositories, targets, webhooks, words }: Load) {
  const index = yield* Effect.acquireRelease(
    Effect.sync(() => createServer((_, response) => response.end("packages:\n- name: cert-manager\n"))),
    (server) => Effect.sync(() => server.close())
  )
  yield* Effect.promise(() => new Promise<void>((resolve) => index.listen(0, "127.0.0.1", resolve)))
  const url = `http://127.0.0.1:${(index.address() as AddressInfo).port}/`
  const numbers = (count: number) => Array.from({ length: count }, (_, number) => number)
  const { client, server } = yield* cluster([
    ...numbers(webhooks).flatMap((number) => webhook(number, targets)),
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
  const process = yield* operator(server.kubeconfig, words)
  const reached = (cache: Cache.Cache, count: number) =>
    Effect.map(until(Effect.sync(() => ready(cache) >= count)), () => (performance.now() - startedAt) / 1000)
  const [repositoriesReady, targetsReady] = yield* Effect.all(
    // The operator's own certificate is one more.
    [reached(repositoryCache, repositories), reached(certificateCache, webhooks + 1)],
    { concurrency: 2 }
  )
  const { most } = process.memory()
  const cpu = process.cpu()
  yield* process.end
  return { repositoriesReady, targetsReady, cpu, memory: most }
}, Effect.scoped)

const webhook = (number: number, targets: number): ReadonlyArray<KubernetesObject> => {
  const name = `hook-${number}`
  const namespace = "default"
  return [
    { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec: { ports: [{ port: 443 }] } },
    ...Array.from({ length: targets }, (_, target) => ({
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
