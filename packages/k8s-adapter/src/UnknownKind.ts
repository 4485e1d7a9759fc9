/**
 * The API server does not serve a kind: a misspelt kind, a version that was dropped, or a CRD that is not installed.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"

/**
 * The kind is absent from the API server's discovery, which has been read again before this was said.
 *
 * **When to use**
 *
 * Match it where custom objects are applied next to their CRDs: it is the only sign of "not served yet".
 *
 * @category errors
 * @since 0.1.0
 */
export class UnknownKind extends Data.TaggedError("UnknownKind")<{
  readonly apiVersion: string
  readonly kind: string
  readonly server: string
  /** The versions of the group in which the kind does exist. */
  readonly servedVersions: ReadonlyArray<string>
}> {
  override get message(): string {
    return `${this.server} serves no kind "${this.kind}" in version "${this.apiVersion}". ${this.hint}`
  }

  /** The next thing to do. */
  get hint(): string {
    return this.servedVersions.length > 0
      ? `It serves the kind as ${this.servedVersions.join(", ")}: change the apiVersion.`
      : "Check the spelling, or install the CustomResourceDefinition that defines it first."
  }
}
