/**
 * An answer came, but not from an API server: HTML of a login page or proxy, a redirect, text where JSON belongs.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import { toJson } from "./internal/errorJson.ts"

/**
 * The answer is not what the API would answer.
 *
 * @category errors
 * @since 0.1.0
 */
export class UnexpectedResponse extends Data.TaggedError("UnexpectedResponse")<{
  readonly method: string
  readonly url: string
  readonly status: number
  /** What came instead, shortened. */
  readonly detail: string
  readonly contentType?: string
  readonly cause?: unknown
}> {
  override get message(): string {
    const request = `${this.method} ${this.url}`.trim()
    return `${request === "" ? "The API server" : request} answered ${this.status} with ${this.contentType ?? "no content type"}: ${this.detail}. ${this.hint}`
  }

  /** The next thing to do. */
  get hint(): string {
    return "Check that the address is an API server's, and no proxy, login page or dashboard answers in its place."
  }

  /** The error as plain JSON, its cause shortened to names, codes and messages. */
  override toJSON(): unknown {
    return toJson(this)
  }
}
