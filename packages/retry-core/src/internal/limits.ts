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
 */
export class LimitWatch {
  readonly #host: Host
  #first: Limited | undefined
  #isTurning = false

  constructor(host: Host) {
    this.#host = host
  }

  add(limited: Limited): void {
    limited.next = this.#first
    if (this.#first !== undefined) this.#first.previous = limited
    this.#first = limited
    if (this.#isTurning) return
    this.#isTurning = true
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
    this.#isTurning = false
    while (this.#first !== undefined) {
      const limited = this.#first
      this.remove(limited)
      limited.startLimit()
    }
  }
}
