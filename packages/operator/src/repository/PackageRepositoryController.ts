/**
 * Keeps an eye on package repositories: fetches the index of each, and says in the condition `Ready` whether packages
 * can be installed from it.
 *
 * @since 0.1.0
 */
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as KubernetesObject from "@holdfast/k8s-adapter/KubernetesObject"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type * as Cache from "../runtime/Cache.ts"
import * as Conditions from "../runtime/Conditions.ts"
import * as Controller from "../runtime/Controller.ts"
import type { EventRecorder } from "../runtime/EventRecorder.ts"
import * as Finalizers from "../runtime/Finalizers.ts"
import * as Source from "../runtime/Source.ts"
import * as PackageRepository from "./PackageRepository.ts"
import * as RepositoryIndex from "./RepositoryIndex.ts"
import * as RepositoryLogin from "./RepositoryLogin.ts"

/**
 * What the controller needs.
 *
 * @category options
 * @since 0.1.0
 */
export interface PackageRepositoryControllerOptions {
  /** A cache of all PackageRepositories. */
  readonly repositories: Cache.Cache
  readonly events: EventRecorder
  /** Where Secrets with logins are: the operator's own namespace. */
  readonly namespace: string
  /** How long until a repository is looked at again; 5 minutes unless given. One that failed has a fifth of it. */
  readonly interval?: Duration.Input
}

/**
 * Makes the controller.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options: PackageRepositoryControllerOptions
): Effect.Effect<Controller.Controller<KubernetesClient>, never, Scope.Scope> =>
  Controller.make({
    name: "packagerepository",
    sources: [Source.watch(options.repositories, { when: Source.generationChanged })],
    classify: Controller.classify,
    workers: 4,
    timeout: "2 minutes",
    reconcile: ({ name }) => {
      const repository = options.repositories.get(name)
      return repository === undefined || Finalizers.isDeleting(repository)
        ? Effect.succeed(Controller.done)
        : reconcile(repository, options)
    }
  })

const reconcile = Effect.fnUntraced(function* (
  repository: KubernetesObject.KubernetesObject,
  { events, interval = "5 minutes", namespace }: PackageRepositoryControllerOptions
) {
  const looked = yield* Effect.result(look(repository, namespace))
  const isReady = Result.isSuccess(looked)
  const message = isReady ? `repo has ${looked.success.packages.length} packages` : looked.failure
  const before = Conditions.of(repository)
  const conditions = Conditions.set(
    before,
    {
      type: "Ready",
      status: isReady ? "True" : "False",
      // Glasskube's own reasons, which its tools look for.
      reason: isReady ? "SyncCompleted" : "SyncFailed",
      message,
      ...(repository.metadata.generation !== undefined && { observedGeneration: repository.metadata.generation })
    },
    new Date(yield* Clock.currentTimeMillis)
  )
  if (conditions !== before) yield* writeStatus(repository, conditions)
  if (Conditions.find(before, "Ready")?.status !== (isReady ? "True" : "False")) {
    yield* events.record({
      regarding: repository,
      type: isReady ? "Normal" : "Warning",
      reason: isReady ? "SyncCompleted" : "SyncFailed",
      action: "FetchIndex",
      note: message
    })
  }
  // Not all at the same time: a thousand repositories that were created together would stay together.
  const spread = 0.9 + 0.2 * (yield* Random.next)
  return Controller.requeueAfter(Duration.times(Duration.fromInputUnsafe(interval), isReady ? spread : spread / 5))
})

/** Fetches the index; fails with words for the condition. What only the API server can be blamed for is a client error. */
const look = (
  repository: KubernetesObject.KubernetesObject,
  namespace: string
): Effect.Effect<RepositoryIndex.RepositoryIndex, string, KubernetesClient> =>
  Effect.gen(function* () {
    const spec = yield* Effect.fromResult(PackageRepository.decode(repository))
    const authorization = yield* Effect.mapError(
      RepositoryLogin.authorization(spec.auth, namespace),
      (error) => `the login could not be read: ${error.message}`
    )
    return yield* Effect.mapError(RepositoryIndex.fetch(spec.url, authorization), (error) => error.message)
  })

const writeStatus = (
  repository: KubernetesObject.KubernetesObject,
  conditions: ReadonlyArray<Conditions.Condition>
): Effect.Effect<void, ClientError, KubernetesClient> =>
  Effect.flatMap(KubernetesClient, (client) =>
    client.patch(KubernetesObject.toRef(repository), {
      type: "merge",
      subresource: "status",
      // The list is written whole, so only over the one that was read.
      body: { metadata: { resourceVersion: repository.metadata.resourceVersion }, status: { conditions } }
    })
  ).pipe(
    Effect.asVoid,
    // It was deleted meanwhile.
    Effect.catchTag("NotFound", () => Effect.void)
  )
