import type { AttemptContext } from "../promise.ts"

/** What an attempt is called with. The signal is made when it is asked for: most attempts never do. */
export class PromiseAttempt implements AttemptContext {
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
