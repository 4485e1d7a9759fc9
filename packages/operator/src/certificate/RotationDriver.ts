/**
 * Joins the rotation engine to a cluster: looks, has the engine decide, does it, and looks again, until there is
 * something to wait for.
 *
 * Nothing but this file's memory lives between two runs, and it may be lost: a process that starts anew proves and waits
 * anew, and nothing worse happens.
 *
 * @since 0.1.0
 */
import type * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type Done, perform } from "../internal/certificate/perform.ts"
import * as RotationEngine from "../rotation/RotationEngine.ts"
import * as RotationInvariants from "../rotation/RotationInvariants.ts"
import * as RotationMaterial from "../rotation/RotationMaterial.ts"
import * as RotationMemory from "../rotation/RotationMemory.ts"
import type { RotationSettings } from "../rotation/RotationSettings.ts"
import type { Action, RotationView, Wait } from "../rotation/RotationView.ts"
import type { Leadership, LeadershipLost } from "../runtime/LeaderElection.ts"
import type { PodNudge } from "../serving/PodNudge.ts"
import type { BundleNotKept } from "../target/Targets.ts"
import type { AuthorityUnusable } from "./BroughtAuthority.ts"
import type { RotationEnvironment } from "./RotationEnvironment.ts"
import * as RotationSight from "./RotationSight.ts"
import * as WebhookCertificate from "./WebhookCertificate.ts"

/**
 * An action would break an invariant, so it was not done. It is a mistake in the program: please report it.
 *
 * @category errors
 * @since 0.1.0
 */
export class RotationRefused extends Data.TaggedError("RotationRefused")<{
  readonly action: Action["_tag"]
  readonly invariant: string
}> {
  override get message(): string {
    return `${this.action} was refused: ${this.invariant}. Nothing was changed; please report this`
  }
}

/**
 * Why a run ends before there is something to wait for.
 *
 * @category errors
 * @since 0.1.0
 */
export type RotationError =
  | ClientError
  | LeadershipLost
  | RotationRefused
  | AuthorityUnusable
  | BundleNotKept
  | RotationMaterial.MissingMaterial
  | CertificateAuthority.InvalidCertificateRequest

/**
 * Is told what happens on the way.
 *
 * @category models
 * @since 0.1.0
 */
export interface Observer {
  /** After every look, before anything is decided. */
  readonly seen: (
    sight: RotationSight.RotationSight,
    view: RotationView
  ) => Effect.Effect<void, ClientError, KubernetesClient>
  /** After everything that was done, unless it met a conflict and changed nothing. */
  readonly done: (action: Exclude<Action, Wait>, view: RotationView) => Effect.Effect<void>
  /** Whether what is wanted has changed since the run began, so that another has to go on from here. */
  readonly isOutdated: () => boolean
}

/**
 * Drives the rotations of one leader's term.
 *
 * @category models
 * @since 0.1.0
 */
export interface RotationDriver {
  /**
   * Does what is due, until there is something to wait for; `undefined` when it ended before because something else is
   * wanted now. What was done before an error stays done.
   */
  readonly run: (
    webhook: WebhookCertificate.WebhookCertificate,
    observer: Observer
  ) => Effect.Effect<Wait | undefined, RotationError, KubernetesClient>
  /** Takes what a rotation put into the cluster out of it, but for trust and the Secret that pods read. */
  readonly forget: (
    webhook: Pick<WebhookCertificate.WebhookCertificate, "id" | "name" | "namespace">
  ) => Effect.Effect<void, ClientError | LeadershipLost, KubernetesClient>
}

/**
 * What a driver needs.
 *
 * @category options
 * @since 0.1.0
 */
export interface RotationDriverOptions {
  readonly environment: RotationEnvironment
  readonly nudge: PodNudge
  /** The operator's own namespace, where states and canary Services are. */
  readonly namespace: string
  /** The labels of the operator's pods, which answer canaries. */
  readonly selector: Readonly<Record<string, string>>
  /** Refuses what a process wants to write that leads no more. */
  readonly guard: Leadership["guard"]
  /** How long an API server keeps an idle connection, in milliseconds. */
  readonly keepAlive: number
}

/** So many looks in a row end a run: nothing that goes well needs a tenth of it. */
const mostLooks = 500

interface Memory {
  readonly rotation: RotationMemory.RotationMemory
  /** The material of what is remembered, to restore it from. */
  readonly kept: RotationMaterial.RotationMaterial
  /** What was made, and is not persisted yet. */
  readonly made: RotationMaterial.RotationMaterial
}

const nothing: Memory = {
  rotation: RotationMemory.empty,
  kept: RotationMaterial.empty,
  made: RotationMaterial.empty
}

/**
 * Makes a driver.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: RotationDriverOptions): RotationDriver => {
  const { environment, guard, keepAlive, namespace, nudge, selector } = options
  const memories = new Map<string, Memory>()

  const run: RotationDriver["run"] = Effect.fnUntraced(function* (webhook, observer) {
    const { id } = webhook
    const location = locationOf(webhook, namespace)
    const settings = settingsOf(webhook, keepAlive)
    // Also somebody else may have taken it away, which matters as long as anything is to be proven.
    if (memories.get(id)?.rotation.phase.is !== "STABLE") {
      yield* guard(makeCanaryService(webhook, namespace, selector))
    }
    const memoryOf = () => memories.get(id) ?? nothing
    const act = Effect.fnUntraced(function* (
      action: Exclude<Action, Wait>,
      view: RotationView,
      sight: RotationSight.RotationSight
    ) {
      const invariant = RotationInvariants.broken(view, action)
      if (invariant !== undefined) return yield* new RotationRefused({ action: action._tag, invariant })
      yield* Effect.logDebug(`${action._tag} in ${view.state?.phase ?? "no state"}`)
      const memory = memoryOf()
      const material = RotationMaterial.merge(memory.kept, memory.made)
      const { made, outcome } = yield* guard(
        perform(action, webhook, sight, { environment, nudge, location, material })
      )
      memories.set(id, record(memory, action, { made, outcome }, sight, yield* Clock.currentTimeMillis))
      if (outcome.conflict) return
      yield* observer.done(action, view)
      if (action._tag === "Persist" && action.state.phase !== "PROVE") {
        yield* guard(environment.release(webhook, sight.targets.found))
      }
    })

    for (let looks = 0; ; looks++) {
      const before = memoryOf()
      const sight = yield* RotationSight.look(webhook, { environment, known: before.kept, location })
      memories.set(id, observe(before, sight))
      const view = () => RotationMemory.view(memoryOf().rotation, sight.seen)
      yield* observer.seen(sight, view())
      let action = RotationEngine.next(view(), settings)
      if (action._tag === "Wait") return action
      if (looks === mostLooks) {
        return yield* new RotationRefused({ action: action._tag, invariant: "it goes round in circles" })
      }
      do {
        yield* act(action, view(), sight)
        // Two leaders that want different things would otherwise undo each other's doings without an end.
        if (observer.isOutdated()) return undefined
        action = RotationEngine.next(view(), settings)
      } while (needsNoLook(action))
    }
  })

  const forget: RotationDriver["forget"] = Effect.fnUntraced(function* (webhook) {
    memories.delete(webhook.id)
    yield* guard(environment.release(webhook, []))
    const client = yield* KubernetesClient
    const state = WebhookCertificate.stateSecret(webhook, namespace)
    const { name } = WebhookCertificate.canaryService(webhook, namespace)
    const remove = (ref: { readonly kind: string; readonly name: string }) =>
      guard(client.delete({ apiVersion: "v1", namespace, ...ref })).pipe(Effect.catchTag("NotFound", () => Effect.void))
    yield* remove({ kind: "Service", name })
    // Last: it is what an unfinished farewell is found by.
    yield* remove({ kind: "Secret", name: state.name })
  })

  return { run, forget }
}

/**
 * Trust that is only added is added to one target after the other on one look: it can hurt nobody, and each write is
 * bound to the version of its target that was looked at.
 */
const needsNoLook = (action: Action): action is Extract<Action, { readonly _tag: "Publish" }> =>
  action._tag === "Publish" && action.target.bundle.every(({ id }) => action.bundle.some((each) => each.id === id))

const locationOf = (webhook: WebhookCertificate.WebhookCertificate, namespace: string) => ({
  ...WebhookCertificate.stateSecret(webhook, namespace),
  labels: {
    "app.kubernetes.io/managed-by": "holdfast",
    [WebhookCertificate.canaryLabel]: WebhookCertificate.canaryService(webhook, namespace).name
  }
})

const settingsOf = ({ spec }: WebhookCertificate.WebhookCertificate, keepAlive: number): RotationSettings => ({
  authorityValidity: spec.authority.validity,
  authorityRenewBefore: spec.authority.renewBefore,
  leafValidity: spec.leaf.validity,
  leafRenewBefore: spec.leaf.renewBefore,
  minPublish: spec.minPublish,
  rollback: spec.rollback,
  keepAlive
})

/** Takes in what was seen; keeps the material that the newest state known is made of, and no older one's. */
const observe = ({ kept, made, rotation }: Memory, { seen, stored }: RotationSight.RotationSight): Memory => {
  const observed = RotationMemory.observe(rotation, seen)
  const all =
    stored === undefined || Result.isFailure(stored.rotation)
      ? kept
      : RotationMaterial.merge(kept, stored.rotation.success.material)
  const state = observed.remembered?.state ?? seen.state
  return { rotation: observed, made, kept: state === undefined ? all : RotationMaterial.prune(all, state) }
}

const record = (
  { kept, made, rotation }: Memory,
  action: Action,
  done: Done,
  { seen }: RotationSight.RotationSight,
  now: number
): Memory => {
  const recorded = RotationMemory.record(rotation, action, done.outcome, seen, now)
  if (action._tag === "Persist" || done.outcome.conflict) {
    const all = RotationMaterial.merge(kept, made)
    return {
      rotation: recorded,
      kept: done.outcome.conflict || action._tag !== "Persist" ? kept : RotationMaterial.prune(all, action.state),
      made: RotationMaterial.empty
    }
  }
  return { rotation: recorded, kept, made: RotationMaterial.merge(made, done.made) }
}

/** The API servers' way to the canary: the operator's own pods, also before they are ready, for they answer at once. */
const makeCanaryService = (
  webhook: WebhookCertificate.WebhookCertificate,
  namespace: string,
  selector: Readonly<Record<string, string>>
): Effect.Effect<void, ClientError, KubernetesClient> =>
  Effect.flatMap(KubernetesClient, (client) => {
    const { name } = WebhookCertificate.canaryService(webhook, namespace)
    return client.apply(
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: {
          name,
          namespace,
          labels: { "app.kubernetes.io/managed-by": "holdfast" },
          annotations: { [WebhookCertificate.ownerAnnotation]: `${webhook.namespace}/${webhook.name}` }
        },
        spec: {
          selector,
          publishNotReadyAddresses: true,
          ports: [{ name: "webhook", port: 443, targetPort: "webhook", protocol: "TCP" }]
        }
      },
      { fieldManager: "holdfast-operator", force: true }
    )
  })
