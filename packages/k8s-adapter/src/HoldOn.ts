/**
 * Holds on through the certificate vacuum: runs operations on the cluster with `retry`, watches what could end their
 * failures, and has kubelets refresh the Secrets that are behind them.
 *
 * @since 0.1.0
 */
import * as Classification from "@holdfast/retry-core/Classification"
import * as Retry from "@holdfast/retry-core/Retry"
import type { RetryBudget } from "@holdfast/retry-core/RetryBudget"
import type { AttemptsExhausted, DeadlineExceeded } from "@holdfast/retry-core/RetryErrors"
import type { RetryEvent } from "@holdfast/retry-core/RetryEvent"
import type { RetryPolicy } from "@holdfast/retry-core/RetryPolicy"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Classify from "./Classify.ts"
import { isCallout } from "./internal/servicesBehind.ts"
import type { ClientError } from "./KubernetesClient.ts"
import { KubernetesClient } from "./KubernetesClient.ts"
import * as Nudge from "./Nudge.ts"
import * as WakeSources from "./WakeSources.ts"

/**
 * What an operation that was held on to can fail with: its own permanent error, or the end of attempts or time.
 *
 * @category errors
 * @since 0.1.0
 */
export type HoldOnError = ClientError | AttemptsExhausted<ClientError> | DeadlineExceeded<ClientError>

/**
 * What happened beside the attempts.
 *
 * - `Nudged`: kubelets were asked to refresh a Secret
 * - `CannotNudge`, `CannotWatch`: permission is missing, said once; the backoff goes on without
 *
 * @category models
 * @since 0.1.0
 */
export type HoldOnNotice =
  | ({ readonly _tag: "Nudged" } & Nudge.Nudged)
  | { readonly _tag: "CannotNudge"; readonly error: ClientError }
  | { readonly _tag: "CannotWatch"; readonly what: string; readonly error: ClientError }

/**
 * Options of {@link make}.
 *
 * @category options
 * @since 0.1.0
 */
export interface HoldOnOptions {
  readonly policy?: RetryPolicy | undefined
  readonly budget?: RetryBudget | undefined
  /** Whether to watch what could end a failure, and to let hints cut waits short; `true` unless given. */
  readonly wake?: boolean | undefined
  /** Whether to annotate pods so that their kubelets refresh a Secret; `true` unless given. */
  readonly nudge?: boolean | undefined
  /** Asked before `Classify.classify`. */
  readonly classify?: Classification.PartialClassifier<ClientError> | undefined
  readonly onNotice?: ((notice: HoldOnNotice) => Effect.Effect<void>) | undefined
}

/**
 * Runs operations; watches and nudges are shared by all of them and end with the scope.
 *
 * @category models
 * @since 0.1.0
 */
export interface HoldOn {
  readonly run: <A, R>(
    effect: Effect.Effect<A, ClientError, R>,
    options: {
      readonly name: string
      readonly onEvent?: ((event: RetryEvent<ClientError>) => Effect.Effect<void>) | undefined
    }
  ) => Effect.Effect<A, HoldOnError, R>
}

const unknownKind: Classification.PartialClassifier<ClientError> = (error) =>
  error._tag === "UnknownKind" ? Classification.permanent : Classify.classify(error)

/**
 * Makes a holder. Until the first failure it makes no request and forks nothing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: HoldOnOptions = {}): Effect.Effect<HoldOn, never, KubernetesClient | Scope.Scope> =>
  Effect.gen(function* () {
    const context = yield* Effect.context<KubernetesClient>()
    const scope = yield* Scope.Scope
    const notice = (what: HoldOnNotice) => options.onNotice?.(what) ?? Effect.void
    const sources = yield* WakeSources.make({
      onBlind: (what, error) => notice({ _tag: "CannotWatch", what, error })
    })
    const wake = options.wake === false ? undefined : sources.wake
    const classify = Classification.firstOf<ClientError>(options.classify ?? (() => undefined), unknownKind)

    /** Operations that are failing now; nudging is for as long as there is one. */
    const failing = new Set<symbol>()
    const nudges = new Map<string, Fiber.Fiber<void>>()

    const nudge = (error: ClientError) =>
      Effect.suspend(() => {
        if (options.nudge === false || error._tag !== "CertificateError" || !isCallout(error)) return Effect.void
        const callee = error.host ?? error.webhook ?? error.conversion ?? ""
        if (nudges.has(callee)) return Effect.void
        const nudging = Nudge.whileFailing(error, {
          wake,
          onNudged: (nudged) => notice({ _tag: "Nudged", ...nudged }),
          onRefused: (refusal) => notice({ _tag: "CannotNudge", error: refusal })
        }).pipe(Effect.provideContext(context))
        return Effect.map(Effect.forkIn(nudging, scope), (fiber) => void nudges.set(callee, fiber))
      })

    const calm = Effect.suspend(() => {
      if (failing.size > 0) return Effect.void
      const fibers = [...nudges.values()]
      nudges.clear()
      return Effect.asVoid(Fiber.interruptAll(fibers))
    })

    return {
      run: (effect, { name, onEvent }) =>
        Effect.suspend(() => {
          const self = Symbol(name)
          return Retry.retry(effect, {
            name,
            classify,
            policy: options.policy,
            budget: options.budget,
            wake,
            onEvent: (event: RetryEvent<ClientError>) =>
              Effect.gen(function* () {
                if (event._tag === "AttemptFailed" && event.error._tag !== "AttemptTimeout") {
                  failing.add(self)
                  if (options.wake !== false) yield* sources.follow(event.error)
                  yield* nudge(event.error)
                }
                if (onEvent !== undefined) yield* onEvent(event)
              })
          }).pipe(
            Effect.onExit(() => {
              if (!failing.delete(self)) return Effect.void
              return calm
            })
          )
        })
    }
  })
