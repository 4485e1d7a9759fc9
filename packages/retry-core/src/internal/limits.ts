import type { Host } from "./host.ts"

/** Something that has to be over in time; a link in the list of those that are not timed yet. */
export interface Limited {
  next: Limited | undefined
  previous: Limited | undefined
  /** Starts its timer. */
  startLimit(): void
}

/**
 * Times what has a limit, but only what still runs when the event loop has turned: a timer of its own would double the
 * price of a call that succeeds at once. What ends before leaves the list, and nothing of it stays.
 *
 * The clock, too, is read once a turn, as Node reads it for its own timers: a reading costs a quarter of such a call.
 */
export class LimitWatch {
  readonly #host: Host
  #first: Limited | undefined
  /** When the first attempt of the present turn began. */
  #turnAt: number | undefined

  constructor(host: Host) {
    this.#host = host
  }

  /** When an attempt begins that begins now, in milliseconds. */
  now(): number {
    return this.#turnAt ?? this.#host.now()
  }

  /** Has something timed that began at `at`. */
  add(limited: Limited, at: number): void {
    limited.next = this.#first
    if (this.#first !== undefined) this.#first.previous = limited
    this.#first = limited
    if (this.#turnAt !== undefined) return
    this.#turnAt = at
    this.#host.startTimer(0, () => this.#start())
  }

  /** Forgets one that is over; one that is not in the list may be given too. */
  remove(limited: Limited): void {
    const { next, previous } = limited
    if (next !== undefined) next.previous = previous
    if (previous !== undefined) previous.next = next
    else if (this.#first === limited) this.#first = next
    limited.next = undefined
    limited.previous = undefined
  }

  #start(): void {
    this.#turnAt = undefined
    while (this.#first !== undefined) {
      const limited = this.#first
      this.remove(limited)
      limited.startLimit()
    }
  }
}
