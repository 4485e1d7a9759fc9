import type { Attempt, AttemptHistory } from "../Attempt.ts"

/** How many attempts are kept from the beginning and from the end. */
const keptFirst = 8
const keptLast = 56

/** Collects attempts, dropping from the middle. */
export class HistoryRecorder {
  readonly #first: Array<Attempt> = []
  // A ring once it is full: `#oldest` is where the next one goes.
  readonly #last: Array<Attempt> = []
  #oldest = 0
  #total = 0

  add(attempt: Attempt): void {
    this.#total++
    if (this.#first.length < keptFirst) this.#first.push(attempt)
    else if (this.#last.length < keptLast) this.#last.push(attempt)
    else {
      this.#last[this.#oldest] = attempt
      this.#oldest = (this.#oldest + 1) % keptLast
    }
  }

  /** The history so far, as a copy that later attempts do not change. */
  snapshot(): AttemptHistory {
    const attempts = [...this.#first, ...this.#last.slice(this.#oldest), ...this.#last.slice(0, this.#oldest)]
    return { attempts, total: this.#total, dropped: this.#total - attempts.length }
  }
}
