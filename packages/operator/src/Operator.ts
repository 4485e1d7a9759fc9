/**
 * The operator as a whole: what every replica does (serve, answer canaries, tell its health) and what the one that leads
 * does besides (rotate certificates, look after package repositories).
 *
 * @since 0.1.0
 */
import type { CertificateError } from "@holdfast/k8s-adapter/CertificateError"
import type { Kubeconfig } from "@holdfast/k8s-adapter/Kubeconfig"
import type { KubeconfigError } from "@holdfast/k8s-adapter/KubeconfigError"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as AdmissionServer from "./admission/AdmissionServer.ts"
import * as ServingCertificate from "./admission/ServingCertificate.ts"
import * as StagedLeaves from "./admission/StagedLeaves.ts"
import type { Configuration } from "./Configuration.ts"
import * as WebhookCertificate from "./certificate/WebhookCertificate.ts"
import * as WebhookCertificateController from "./certificate/WebhookCertificateController.ts"
import * as PackageRepository from "./repository/PackageRepository.ts"
import * as PackageRepositoryController from "./repository/PackageRepositoryController.ts"
import * as PackageRepositoryWebhook from "./repository/PackageRepositoryWebhook.ts"
import * as Cache from "./runtime/Cache.ts"
import type { Controller } from "./runtime/Controller.ts"
import * as EventRecorder from "./runtime/EventRecorder.ts"
import * as Health from "./runtime/Health.ts"
import * as LeaderElection from "./runtime/LeaderElection.ts"
import * as ProcessMetrics from "./runtime/ProcessMetrics.ts"
import * as Shutdown from "./runtime/Shutdown.ts"
import * as StatusServer from "./runtime/StatusServer.ts"
import * as OwnTrust from "./serving/OwnTrust.ts"
import * as ClusterEnvironment from "./target/ClusterEnvironment.ts"
import * as TargetCaches from "./target/TargetCaches.ts"

/**
 * What it takes to run.
 *
 * @category options
 * @since 0.1.0
 */
export interface OperatorOptions extends Pick<Configuration, "namespace" | "podName"> {
  /** Who we are to the API servers, each of which is asked by itself. */
  readonly load: Effect.Effect<Kubeconfig, KubeconfigError | CertificateError>
  /** 9443 unless given. */
  readonly webhookPort?: number
  /** 8080 unless given. */
  readonly statusPort?: number
  /** What asks for the end; SIGTERM and SIGINT unless given. */
  readonly stop?: Effect.Effect<string>
}

/** The name of the Deployment, the Lease and the writer of Events. */
const name = "holdfast-operator"
/** The operator's own webhook: its Service, and its WebhookCertificate. */
const ownWebhook = "holdfast-webhook"
/** The operator's pods, as its Deployment labels them. */
const selector = { "app.kubernetes.io/name": "holdfast", "app.kubernetes.io/component": "operator" }

/**
 * Runs until its end is asked for, and ends in order. Fails at the start alone, when a port is taken.
 *
 * @category running
 * @since 0.1.0
 */
export const run = (
  options: OperatorOptions
): Effect.Effect<"ended" | "drained" | "cut-off", StatusServer.ListenError, KubernetesClient> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { load, namespace, podName } = options
      const client = yield* KubernetesClient
      const health = yield* Health.make
      yield* ProcessMetrics.register
      yield* StatusServer.make({ health, port: options.statusPort ?? 8080 })

      const certificates = yield* Cache.make(WebhookCertificate.kind)
      const repositories = yield* Cache.make(PackageRepository.kind)
      const caches = yield* TargetCaches.make

      const certificate = yield* ServingCertificate.fromSecret({ name: `${ownWebhook}-tls`, namespace })
      const server = yield* AdmissionServer.make({
        certificate,
        canaries: yield* StagedLeaves.make({ namespace }),
        handlers: { [PackageRepositoryWebhook.path]: PackageRepositoryWebhook.make(client) },
        port: options.webhookPort ?? 9443
      })
      const serves = Effect.suspend(() =>
        server.isServing() ? Effect.void : Effect.fail(certificate.problem() ?? "nothing is served yet")
      )
      yield* health.add("ready", "webhook", serves)
      const own = { name: ownWebhook, namespace, operatorNamespace: namespace }
      yield* health.add("ready", "trust", OwnTrust.check({ own, certificates, caches, certificate }))

      const environment = yield* ClusterEnvironment.make({ caches, operatorNamespace: namespace, load })
      const recorder = (group: string) => EventRecorder.make({ controller: `${group}/${name}`, instance: podName })
      const events = {
        certificates: yield* recorder("certificates.holdfast.dev"),
        repositories: yield* recorder("packages.glasskube.dev")
      }

      let controllers: ReadonlyArray<Controller<KubernetesClient>> = []
      const lead = ({ guard }: LeaderElection.Leadership) =>
        Effect.scoped(
          Effect.gen(function* () {
            controllers = [
              yield* WebhookCertificateController.make({
                certificates,
                environment,
                caches,
                namespace,
                selector,
                events: events.certificates,
                guard
              }),
              yield* PackageRepositoryController.make({ repositories, events: events.repositories, namespace })
            ]
            yield* Effect.forEach(controllers, ({ run }) => run, { concurrency: "unbounded", discard: true })
          })
        )
      // Two processes of one pod, before and after a crash, are not the same candidate.
      const suffix = (yield* Random.nextIntBetween(0, 2 ** 31)).toString(16).padStart(8, "0")
      const led = LeaderElection.run(lead, { name, namespace, identity: `${podName}_${suffix}` })
      return yield* Shutdown.run(led, {
        health,
        drains: [
          // The endpoints of the Service point here for a while after the pod is told to end.
          { name: "webhook", run: server.drain("10 seconds") },
          {
            name: "controllers",
            run: Effect.suspend(() =>
              Effect.forEach(controllers, ({ shutDown }) => shutDown, { concurrency: "unbounded", discard: true })
            )
          }
        ],
        ...(options.stop !== undefined && { requested: options.stop })
      })
    })
  )
