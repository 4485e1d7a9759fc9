import type { Attempt, AttemptHistory } from "../Attempt.ts"

/** How many attempts are kept from the beginning and from the end. */
const keptFirst = 8
const keptLast = 56

/** Collects attempts, dropping from the middle. */
export class HistoryRecorder {
  // Behind the first ones a ring, once it is full: `#oldest` is where the next one goes.
  readonly #kept: Array<Attempt> = []
  #oldest = keptFirst
  #total = 0

  add(attempt: Attempt): void {
    this.#total++
    if (this.#kept.length < keptFirst + keptLast) this.#kept.push(attempt)
    else {
      this.#kept[this.#oldest] = attempt
      this.#oldest = this.#oldest + 1 < keptFirst + keptLast ? this.#oldest + 1 : keptFirst
    }
  }

  /** The history so far, as a copy that later attempts do not change. */
  snapshot(): AttemptHistory {
    const kept = this.#kept
    const attempts = [...kept.slice(0, keptFirst), ...kept.slice(this.#oldest), ...kept.slice(keptFirst, this.#oldest)]
    return { attempts, total: this.#total, dropped: this.#total - attempts.length }
  }
}
