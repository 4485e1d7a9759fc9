/**
 * Keeps the certificates of webhooks: has every WebhookCertificate's rotation do what is due, and says in its status,
 * in Events and in metrics how it stands.
 *
 * @since 0.1.0
 */
import type { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Classification from "@holdfast/retry-core/Classification"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as notes from "../internal/certificate/notes.ts"
import * as records from "../internal/certificate/records.ts"
import * as secretsFollowed from "../internal/certificate/secretsFollowed.ts"
import * as sources from "../internal/certificate/sources.ts"
import { writeStatus } from "../internal/certificate/writeStatus.ts"
import type * as Cache from "../runtime/Cache.ts"
import * as Conditions from "../runtime/Conditions.ts"
import * as Controller from "../runtime/Controller.ts"
import type { EventRecorder } from "../runtime/EventRecorder.ts"
import * as Finalizers from "../runtime/Finalizers.ts"
import type { Leadership } from "../runtime/LeaderElection.ts"
import type { Request } from "../runtime/Source.ts"
import * as PodNudge from "../serving/PodNudge.ts"
import type { TargetCaches } from "../target/TargetCaches.ts"
import * as CertificateMetrics from "./CertificateMetrics.ts"
import * as CertificateStatus from "./CertificateStatus.ts"
import * as Contention from "./Contention.ts"
import * as RotationDriver from "./RotationDriver.ts"
import type { RotationEnvironment } from "./RotationEnvironment.ts"
import * as WebhookCertificate from "./WebhookCertificate.ts"

/**
 * What the controller needs.
 *
 * @category options
 * @since 0.1.0
 */
export interface WebhookCertificateControllerOptions {
  /** A cache of all WebhookCertificates. */
  readonly certificates: Cache.Cache
  /** The caches that the environment finds targets in. */
  readonly caches: TargetCaches
  readonly environment: RotationEnvironment
  readonly events: EventRecorder
  /** The operator's own namespace, where the states of rotations and the canary Services are. */
  readonly namespace: string
  /** The labels of the operator's pods, which answer canaries. */
  readonly selector: Readonly<Record<string, string>>
  /** Refuses what a process wants to write that leads no more. */
  readonly guard: Leadership["guard"]
  /** How long an API server keeps an idle connection; 90 seconds unless given, as all of them do. */
  readonly keepAlive?: Duration.Input
}

/** However long there is nothing to do, the cluster is looked at again: not every change is told by a watch. */
const longest = 60_000

/**
 * Makes the controller, for one leader's term.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options: WebhookCertificateControllerOptions
): Effect.Effect<Controller.Controller<KubernetesClient>, never, Scope.Scope | KubernetesClient> =>
  Effect.gen(function* () {
    const { caches, certificates, environment, events, guard, namespace, selector } = options
    const driver = RotationDriver.make({
      environment,
      nudge: yield* PodNudge.make,
      namespace,
      selector,
      guard,
      keepAlive: Duration.toMillis(options.keepAlive ?? "90 seconds")
    })
    const contention = Contention.make()
    const metrics = yield* CertificateMetrics.make
    const secrets = yield* secretsFollowed.make((request) => Effect.suspend(() => controller.enqueue(request)))
    const known = records.make()

    const farewell = Effect.fnUntraced(function* (request: Required<Request>) {
      if (yield* sources.exists(request)) return Controller.requeueAfter("1 second")
      const webhook = { ...request, id: WebhookCertificate.idOf(request.namespace, request.name) }
      yield* driver.forget(webhook)
      yield* Effect.all([metrics.forget(webhook.id), secrets.forget(webhook.id)])
      contention.forget(webhook.id)
      known.forget(webhook.id)
      return Controller.done
    })

    /** Says that nothing is done, and why. */
    const refuse = Effect.fnUntraced(function* (object: KubernetesObject, reason: string, message: string) {
      const { generation } = object.metadata
      const now = new Date(yield* Clock.currentTimeMillis)
      const before = Conditions.of(object)
      const observed = generation === undefined ? {} : { observedGeneration: generation }
      const ready = { type: "Ready", status: "False", reason, message, ...observed } as const
      const conditions = Conditions.set(before, ready, now)
      if (conditions === before) return Controller.done
      yield* guard(writeStatus(object, { ...(object["status"] as object), ...observed, conditions }))
      yield* events.record({ regarding: object, type: "Warning", reason, action: "Read", note: message })
      return Controller.done
    })

    const rotate = Effect.fnUntraced(function* (
      object: KubernetesObject,
      webhook: WebhookCertificate.WebhookCertificate
    ) {
      const tell = (note: notes.Note | undefined) =>
        note === undefined ? Effect.void : events.record({ regarding: object, ...note })
      const record = known.of(webhook.id, object)
      yield* secrets.follow(webhook)
      const exit = yield* driver
        .run(webhook, {
          seen: Effect.fnUntraced(function* (sight, view) {
            record.last = { sight, view }
            for (const repair of yield* contention.observe(
              webhook.id,
              sight.targets.found,
              view.now,
              environment.managers
            )) {
              yield* tell(notes.changedByOthers(repair))
            }
          }),
          done: Effect.fnUntraced(function* (action, view) {
            yield* metrics.count(action, view)
            yield* tell(notes.done(action, view, webhook))
          }),
          isOutdated: () => certificates.get(webhook.name, webhook.namespace) !== object
        })
        .pipe(Effect.result)
      const stopped = Result.isSuccess(exit) ? exit.success : notes.failure(exit.failure)
      if (stopped === undefined) return Controller.requeueAfter(0)
      const now = yield* Clock.currentTimeMillis
      if (Result.isFailure(exit)) record.failed(exit.failure.message, now)
      if (record.last !== undefined) {
        const { sight, view } = record.last
        const contested = contention.dispute(webhook.id, now)
        if (contested !== undefined && !record.isContested) yield* tell(notes.contested(contested))
        record.isContested = contested !== undefined
        const status = CertificateStatus.of(sight, view, {
          generation: object.metadata.generation,
          before: record.conditions,
          contested,
          failures: record.failures,
          stopped
        })
        yield* metrics.show(webhook, view)
        if (record.isNews(status)) {
          yield* guard(writeStatus(object, status))
          record.written(status)
        }
      } else if (Result.isFailure(exit) && notes.isForPeople(exit.failure)) {
        const { message, reason } = notes.failure(exit.failure)
        yield* refuse(object, reason, message)
      }
      if (Result.isFailure(exit)) {
        if (notes.isForPeople(exit.failure)) yield* tell(notes.stopped(exit.failure))
        return yield* exit.failure
      }
      const spread = 0.9 + 0.2 * (yield* Random.next)
      return Controller.requeueAfter(Math.max(0, Math.min((exit.success?.until ?? now) - now, longest * spread)))
    })

    const controller: Controller.Controller<KubernetesClient> = yield* Controller.make({
      name: "webhookcertificate",
      sources: yield* sources.make({ certificates, caches, namespace }),
      classify,
      workers: 4,
      reconcile: ({ name, namespace: of = "" }) => {
        const object = certificates.get(name, of)
        if (object === undefined || Finalizers.isDeleting(object)) return farewell({ name, namespace: of })
        const webhook = WebhookCertificate.decode(object)
        if (Result.isFailure(webhook)) return refuse(object, "InvalidSpec", webhook.failure.message)
        const rival = sources.rival(certificates, webhook.success)
        return rival === undefined
          ? rotate(object, webhook.success)
          : refuse(
              object,
              "SecretTaken",
              `spec.secretName: the WebhookCertificate ${rival} writes the Secret ${webhook.success.spec.secretName} already: give another name`
            )
      }
    })
    return controller
  })

/** What people have to mend is looked at again as well: not all that they mend is seen by a watch. */
const classify: Classification.Classifier<RotationDriver.RotationError> = (error) => {
  switch (error._tag) {
    case "LeadershipLost":
    case "RotationRefused":
    case "AuthorityUnusable":
    case "BundleNotKept":
    case "MissingMaterial":
    case "InvalidCertificateRequest":
      return Classification.transient({ kind: error._tag, note: error.message })
    default:
      return Controller.classify(error)
  }
}
