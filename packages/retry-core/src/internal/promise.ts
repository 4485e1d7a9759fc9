import * as Context from "effect/Context"
import type { AttemptContext, RetryOptions } from "../promise.ts"
import type { AttemptTimeout } from "../RetryErrors.ts"
import type { GaveUp, RetryEvent } from "../RetryEvent.ts"
import type { Hint } from "../Wake.ts"
import { Operation } from "./operation.ts"

/** What a promise needs of the world, for tests to take its place. */
export interface Host {
  /** Milliseconds on a monotonic clock. */
  readonly now: () => number
  /** A number in [0, 1). */
  readonly random: () => number
  /** Calls `onEnd` after `millis`, unless the function that it returns is called before. */
  readonly startTimer: (millis: number, onEnd: () => void) => () => void
}

/** What an attempt is called with. The signal is made when it is asked for: most attempts never do. */
class PromiseAttempt implements AttemptContext {
  readonly attempt: number
  #run: PromiseRun<never, never> | undefined
  #controller: AbortController | undefined
  #reason: { readonly value: unknown } | undefined

  constructor(attempt: number, run: PromiseRun<never, never>) {
    this.attempt = attempt
    this.#run = run
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

  /** Whether it still runs. */
  get isOn(): boolean {
    return this.#run !== undefined
  }

  /** Notes that it has ended, so that who still holds it does not hold the operation too. */
  end(): void {
    this.#run = undefined
  }

  startLimit(): void {
    this.#run?.startLimit(this)
  }
}

/**
 * Times the limits of attempts, but only of those that still run when the event loop has turned: a timer of its own would
 * double the price of a call that succeeds at once.
 */
class LimitWatch {
  readonly #host: Host
  #untimed: Array<PromiseAttempt> = []
  #room = 1000

  constructor(host: Host) {
    this.#host = host
  }

  add(attempt: PromiseAttempt): void {
    const count = this.#untimed.push(attempt)
    if (count === 1) this.#host.startTimer(0, () => this.#time())
    // A loop that never lets the event loop turn must not pile up what is long over.
    else if (count > this.#room) {
      this.#untimed = this.#untimed.filter((attempt) => attempt.isOn)
      this.#room = Math.max(1000, 2 * this.#untimed.length)
    }
  }

  #time(): void {
    const attempts = this.#untimed
    this.#untimed = []
    for (const attempt of attempts) attempt.startLimit()
  }
}

/** Makes the Promise facade over a host. */
export const makeRetry = (host: Host) => {
  const limits = new LimitWatch(host)
  return <A, E = unknown>(fn: (context: AttemptContext) => A | PromiseLike<A>, options: RetryOptions<E>): Promise<A> =>
    options.signal?.aborted
      ? Promise.reject(options.signal.reason)
      : new Promise<A>((resolve, reject) => new PromiseRun(fn, options, host, limits, resolve, reject).first())
}

/** The driver of an {@link Operation} whose attempts are promises. */
class PromiseRun<A, in out E> {
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
    this.#startedAt = host.now()
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
    const attempt = new PromiseAttempt(number, this as never)
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
    this.#limits.add(attempt)
  }

  /** Starts to time an attempt. */
  startLimit(attempt: PromiseAttempt): void {
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
    attempt.end()
    this.#attempt = undefined
    this.#clear()
    const state = this.#state
    let end: GaveUp<E>["reason"] | undefined
    try {
      end = state.failed(error, this.#host.now())
    } catch (defect) {
      this.#die(defect)
      return false
    }
    const event = end === undefined ? state.plan(state.backoff(this.#host.random())) : undefined
    if (event === undefined) return this.#giveUp(end ?? "deadline")
    return this.#tell(event) && this.#wait()
  }

  #wait(): boolean {
    const state = this.#state
    const { wake } = state
    if (wake?.latest !== undefined && wake.version !== state.seen) return this.#woken(wake.latest)
    const left = state.waitLeft(this.#host.now())
    // Now and then the event loop has to turn, or an endless series of immediate retries would not hear of an abort.
    if (left <= 0 && state.number % 64 !== 0) return this.#slept()
    const forget = wake?.subscribe((hint) => {
      this.#clear()
      if (this.#woken(hint)) this.#call(state.number)
    })
    return this.#sleep(Math.max(0, left), () => this.#slept(), forget)
  }

  #slept(): boolean {
    this.#state.slept()
    return this.#spend()
  }

  #woken(hint: Hint): boolean {
    const rest = this.#state.woken(hint, this.#host.now(), this.#host.random())
    return rest <= 0 ? this.#spend() : this.#sleep(rest, () => this.#spend())
  }

  #spend(): boolean {
    const queue = this.#state.spend(this.#host.now())
    if (queue === undefined) return this.#giveUp("deadline")
    return queue === 0 ? this.#begin() : this.#sleep(queue, () => this.#begin())
  }

  #begin(): boolean {
    const now = this.#host.now()
    if (!this.#tell(this.#state.retryingEvent(now))) return false
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
    this.#attempt?.end()
    this.#attempt = undefined
    this.#clear()
    this.#options.signal?.removeEventListener("abort", this)
  }

  #clear(): void {
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
