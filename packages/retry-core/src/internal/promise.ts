import * as Context from "effect/Context"
import type { AttemptContext, RetryOptions } from "../promise.ts"
import type { AttemptTimeout } from "../RetryErrors.ts"
import type { GaveUp, RetryEvent } from "../RetryEvent.ts"
import type { Hint } from "../Wake.ts"
import type { Host } from "./host.ts"
import { type Limited, LimitWatch } from "./limits.ts"
import { Operation } from "./operation.ts"
import { PromiseAttempt } from "./promiseAttempt.ts"

/** Makes the Promise facade over a host. */
export const makeRetry = (host: Host) => {
  const limits = new LimitWatch(host)
  return <A, E = unknown>(fn: (context: AttemptContext) => A | PromiseLike<A>, options: RetryOptions<E>): Promise<A> =>
    options.signal?.aborted
      ? Promise.reject(options.signal.reason)
      : new Promise<A>((resolve, reject) => new PromiseRun(fn, options, host, limits, resolve, reject).first())
}

/** The driver of an {@link Operation} whose attempts are promises. */
class PromiseRun<A, in out E> implements Limited {
  next: Limited | undefined = undefined
  previous: Limited | undefined = undefined

  readonly #fn: (context: AttemptContext) => A | PromiseLike<A>
  readonly #options: RetryOptions<E>
  readonly #host: Host
  readonly #limits: LimitWatch
  readonly #resolve: (value: A) => void
  readonly #reject: (error: unknown) => void
  readonly #startedAt: number
  readonly #seen: number
  /** Made when it is needed: not for a success at once. */
  #operation: Operation<E> | undefined
  /** The attempt in flight; what an earlier one still says is not heard. */
  #attempt: PromiseAttempt | undefined
  /** Cancels the timer or the wait that is on. */
  #cancel: (() => void) | undefined
  #isOver = false

  constructor(
    fn: (context: AttemptContext) => A | PromiseLike<A>,
    options: RetryOptions<E>,
    host: Host,
    limits: LimitWatch,
    resolve: (value: A) => void,
    reject: (error: unknown) => void
  ) {
    this.#fn = fn
    this.#options = options
    this.#host = host
    this.#limits = limits
    this.#resolve = resolve
    this.#reject = reject
    this.#startedAt = limits.now()
    this.#seen = options.wake === undefined ? 0 : options.wake.version
  }

  first(): void {
    const { budget, signal } = this.#options
    budget?.deposit(this.#startedAt)
    signal?.addEventListener("abort", this)
    this.#call(1)
  }

  /** The caller's signal is aborted. */
  handleEvent(): void {
    const reason: unknown = this.#options.signal?.reason
    const attempt = this.#attempt
    this.#end()
    this.#reject(reason)
    attempt?.abort(reason)
  }

  #call(number: number): void {
    const attempt = new PromiseAttempt(number)
    this.#attempt = attempt
    let result: A | PromiseLike<A>
    try {
      result = this.#fn(attempt)
    } catch (error) {
      // By way of a promise, or a function that throws again and again would fill the stack.
      result = Promise.reject(error)
    }
    if (!isThenable(result)) {
      this.#succeeded(attempt, result)
      return
    }
    result.then(
      (value) => this.#succeeded(attempt, value),
      (error) => {
        if (this.#failed(attempt, error)) this.#call(this.#state.number)
      }
    )
    this.#limits.add(this, number === 1 ? this.#startedAt : this.#state.attemptAt)
  }

  /** Starts to time the attempt in flight. */
  startLimit(): void {
    const attempt = this.#attempt
    if (attempt === undefined) return
    const { limit } = this.#state
    if (limit === Number.POSITIVE_INFINITY) return
    const left = limit - (this.#host.now() - this.#state.attemptAt)
    this.#cancel = this.#host.startTimer(Math.max(0, left), () => {
      const isDue = this.#failed(attempt, this.#state.timeout())
      attempt.abort(new DOMException("The attempt took too long", "TimeoutError"))
      if (isDue) this.#call(this.#state.number)
    })
  }

  #succeeded(attempt: PromiseAttempt, value: A): void {
    if (attempt !== this.#attempt) return
    if (attempt.attempt > 1) {
      const now = this.#host.now()
      this.#state.recovered(now)
      if (this.#options.onEvent !== undefined && !this.#tell(this.#state.recoveredEvent(now))) return
    }
    this.#end()
    this.#resolve(value)
  }

  // The following answer whether the next attempt is due right now. The caller makes it, which keeps the stack under the
  // user's function short and an error that is made there cheap. Where there is something to wait for, they see to it.

  #failed(attempt: PromiseAttempt, error: E | AttemptTimeout): boolean {
    if (attempt !== this.#attempt) return false
    this.#attempt = undefined
    this.#clear()
    const state = this.#state
    const now = this.#host.now()
    let end: GaveUp<E>["reason"] | undefined
    try {
      end = state.failed(error, now)
    } catch (defect) {
      this.#die(defect)
      return false
    }
    if (end !== undefined) return this.#giveUp(end)
    if (!state.plan(state.backoff(this.#host.random()))) return this.#giveUp("deadline")
    // Nothing of note has happened since the clock was read, unless somebody was told.
    if (this.#options.onEvent === undefined) return this.#wait(now)
    return this.#tell(state.attemptFailedEvent()) && this.#wait(this.#host.now())
  }

  #wait(now: number): boolean {
    const state = this.#state
    const { wake } = state
    if (wake?.latest !== undefined && wake.version !== state.seen) return this.#woken(wake.latest)
    const left = state.waitLeft(now)
    // Now and then the event loop has to turn, or an endless series of immediate retries would not hear of an abort.
    if (left <= 0 && state.number % 64 !== 0) return this.#slept(now)
    const forget = wake?.subscribe((hint) => {
      this.#clear()
      if (this.#woken(hint)) this.#call(state.number)
    })
    return this.#sleep(Math.max(0, left), () => this.#slept(this.#host.now()), forget)
  }

  #slept(now: number): boolean {
    this.#state.slept()
    return this.#spend(now)
  }

  #woken(hint: Hint): boolean {
    const now = this.#host.now()
    const rest = this.#state.woken(hint, now, this.#host.random())
    return rest <= 0 ? this.#spend(now) : this.#sleep(rest, () => this.#spend(this.#host.now()))
  }

  #spend(now: number): boolean {
    const queue = this.#state.spend(now)
    if (queue === undefined) return this.#giveUp("deadline")
    return queue === 0 ? this.#begin(now) : this.#sleep(queue, () => this.#begin(this.#host.now()))
  }

  #begin(now: number): boolean {
    if (this.#options.onEvent !== undefined && !this.#tell(this.#state.retryingEvent(now))) return false
    this.#state.begin(now)
    return true
  }

  #sleep(millis: number, next: () => boolean, forget?: () => void): false {
    const stop = this.#host.startTimer(millis, () => {
      this.#clear()
      if (next()) this.#call(this.#state.number)
    })
    this.#cancel = () => {
      stop()
      forget?.()
    }
    return false
  }

  #giveUp(reason: GaveUp<E>["reason"]): false {
    const end = this.#state.giveUp(reason, this.#host.now())
    if (this.#tell(end)) {
      this.#end()
      this.#reject(this.#state.errorOf(end))
    }
    return false
  }

  /** Tells of an event; answers whether to go on. */
  #tell(event: RetryEvent<E>): boolean {
    try {
      this.#options.onEvent?.(event)
    } catch (defect) {
      this.#die(defect)
    }
    return !this.#isOver
  }

  /** Ends the operation with what the caller's own callbacks throw: a mistake in the program, not a failure to retry. */
  #die(defect: unknown): void {
    this.#end()
    this.#reject(defect)
  }

  #end(): void {
    this.#isOver = true
    this.#attempt = undefined
    this.#clear()
    this.#options.signal?.removeEventListener("abort", this)
  }

  #clear(): void {
    this.#limits.remove(this)
    this.#cancel?.()
    this.#cancel = undefined
  }

  get #state(): Operation<E> {
    this.#operation ??= new Operation(this.#options, Context.empty(), this.#startedAt, this.#seen)
    return this.#operation
  }
}

const isThenable = <A>(value: A | PromiseLike<A>): value is PromiseLike<A> =>
  value instanceof Promise ||
  (typeof value === "object" && value !== null && "then" in value && typeof value.then === "function")
