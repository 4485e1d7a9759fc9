/**
 * What can be wrong with a manifest before the API server has seen it.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"

/**
 * The kinds of trouble with a manifest.
 *
 * - `not-found`, `unreadable`: the file, folder or address is not there, or not for us to read
 * - `unreachable`, `timeout`, `http-status`, `not-a-manifest`: an address gave no answer, a late one, an error, a web page
 * - `empty`: there is no object in it
 * - `too-large`: more bytes than a manifest has
 * - `malformed`, `duplicate-key`, `too-many-aliases`: not the YAML or JSON that Kubernetes takes
 * - `not-an-object`, `missing-field`: a document that is no Kubernetes object
 * - `duplicate-object`: the same object twice, with different content
 * - `unsupported`: a field of a kustomization that is not built here
 *
 * @category models
 * @since 0.1.0
 */
export type ManifestErrorReason =
  | "not-found"
  | "unreadable"
  | "unreachable"
  | "timeout"
  | "http-status"
  | "not-a-manifest"
  | "empty"
  | "too-large"
  | "malformed"
  | "duplicate-key"
  | "too-many-aliases"
  | "not-an-object"
  | "missing-field"
  | "duplicate-object"
  | "unsupported"

/**
 * A manifest that cannot be read as Kubernetes objects. It says where: source, document, line; what; and what to do.
 *
 * **When to use**
 *
 * Match on `reason`. It is never worth a retry: reading addresses has been retried already.
 *
 * @category errors
 * @since 0.1.0
 */
export class ManifestError extends Data.TaggedError("ManifestError")<{
  readonly reason: ManifestErrorReason
  /** A path, an address, or `standard input`. */
  readonly source: string
  /** What is wrong, without the place. */
  readonly detail: string
  /** The next thing to do. */
  readonly hint: string
  /** Counted from 1 within the source. */
  readonly document?: number | undefined
  /** Counted from 1 within the source. */
  readonly line?: number | undefined
  /** Counted from 1. */
  readonly column?: number | undefined
  /** The HTTP status that an address answered with. */
  readonly status?: number | undefined
  readonly cause?: unknown
}> {
  override get message(): string {
    const line = this.line === undefined ? "" : `:${this.line}${this.column === undefined ? "" : `:${this.column}`}`
    const document = this.document === undefined ? "" : ` (document ${this.document})`
    return `${this.source}${line}${document}: ${this.detail}. ${this.hint}`
  }
}
