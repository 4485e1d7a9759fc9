import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { AttemptContext, RetryOptions } from "../promise.ts"
import { defaults } from "../RetryPolicy.ts"
import { Run } from "./run.ts"
import { monotonicMillis, startTimer } from "./timer.ts"

/** What an attempt is called with. The signal is made when it is asked for: most attempts never do. */
class CancellableAttempt implements AttemptContext {
  readonly attempt: number
  #controller: AbortController | undefined
  #reason: { readonly value: unknown } | undefined

  constructor(attempt: number) {
    this.attempt = attempt
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#reason !== undefined) this.#controller.abort(this.#reason.value)
    }
    return this.#controller.signal
  }

  abort(reason: unknown): void {
    this.#reason = { value: reason }
    this.#controller?.abort(reason)
  }
}

const tookTooLong = () => new DOMException("The attempt took too long", "TimeoutError")

const isThenable = <A>(value: A | PromiseLike<A>): value is PromiseLike<A> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function"

/**
 * The Promise facade over the services of `context`.
 *
 * The first attempt runs without a fiber, which makes a success on first try as cheap as a hand-written call; the same
 * `Run` that drives effects takes over when it has failed.
 */
export const makeRetry =
  (context: Context.Context<never>) =>
  <A, E = unknown>(fn: (context: AttemptContext) => A | PromiseLike<A>, options: RetryOptions<E>): Promise<A> => {
    const { budget, policy = defaults, signal, wake } = options
    if (signal?.aborted) return Promise.reject(signal.reason)
    const startedAt = monotonicMillis(Context.get(context, Clock.Clock))
    const seen = wake?.version ?? 0
    budget?.deposit(startedAt)

    return new Promise<A>((resolve, reject) => {
      // What to stop when the operation ends or is aborted: the first attempt, later the fiber.
      let stop: (reason: unknown) => void
      const onAbort =
        signal &&
        (() => {
          // First, for the fiber's own end would reject with an interruption.
          reject(signal.reason)
          stop(signal.reason)
        })
      const end = () => {
        if (onAbort !== undefined) signal?.removeEventListener("abort", onAbort)
      }

      const goOn = (first: (run: Run<A, E, never, never>) => Effect.Effect<A, unknown>) => {
        let attempt = 1
        const again = Effect.callback<A, E>((resume) => {
          const context = new CancellableAttempt(++attempt)
          call(
            fn,
            context,
            (value) => resume(Effect.succeed(value)),
            (error) => resume(Effect.fail(error as E))
          )
          return Effect.sync(() => context.abort(signal?.aborted ? signal.reason : tookTooLong()))
        })
        const fiber = Effect.runForkWith(context)(
          Effect.withFiber((fiber) => {
            stop = () => fiber.interruptUnsafe()
            return first(new Run(fiber, again, { ...options, logLevel: "None" }, startedAt, seen))
          })
        )
        fiber.addObserver((exit) => {
          end()
          if (exit._tag === "Success") resolve(exit.value)
          else reject(Cause.squash(exit.cause))
        })
      }

      const first = new CancellableAttempt(1)
      const attemptTimeout = Duration.toMillis(policy.attemptTimeout)
      const deadline = Duration.toMillis(policy.deadline)
      const limit = Math.min(attemptTimeout, deadline)
      let isOver = false
      let cancelTimer: (() => void) | undefined
      const once = () => {
        if (isOver) return false
        isOver = true
        cancelTimer?.()
        return true
      }
      stop = (reason) => {
        if (once()) first.abort(reason)
      }
      if (onAbort !== undefined) signal?.addEventListener("abort", onAbort, { once: true })
      call(
        fn,
        first,
        (value) => {
          if (!once()) return
          end()
          resolve(value)
        },
        (error) => {
          if (once()) goOn((run) => run.failed(Cause.fail(error as E)))
        }
      )
      if (!isOver && limit !== Number.POSITIVE_INFINITY) {
        cancelTimer = startTimer(context, limit, () => {
          if (!once()) return
          first.abort(tookTooLong())
          goOn((run) => run.timedOut(limit, deadline <= attemptTimeout ? "deadline" : "attemptTimeout"))
        })
      }
    })
  }

const call = <A>(
  fn: (context: AttemptContext) => A | PromiseLike<A>,
  context: AttemptContext,
  onSuccess: (value: A) => void,
  onFailure: (error: unknown) => void
): void => {
  let result: A | PromiseLike<A>
  try {
    result = fn(context)
  } catch (error) {
    onFailure(error)
    return
  }
  if (isThenable(result)) result.then(onSuccess, onFailure)
  else onSuccess(result)
}
