/**
 * The kubeconfig cannot be used as it is.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import { toJson } from "./internal/errorJson.ts"

/**
 * What is wrong with the kubeconfig.
 *
 * @category models
 * @since 0.1.0
 */
export type KubeconfigReason =
  | "missing"
  | "unreadable"
  | "empty"
  | "malformed"
  | "unknown-context"
  | "unknown-cluster"
  | "unknown-user"
  | "invalid-field"
  | "exec-failed"
  | "auth-failed"

/**
 * A kubeconfig, or a file or command that it names, could not be read or makes no sense. Broken certificates and keys
 * in it are a `CertificateError` at `kubeconfig` instead.
 *
 * @category errors
 * @since 0.1.0
 */
export class KubeconfigError extends Data.TaggedError("KubeconfigError")<{
  readonly reason: KubeconfigReason
  /** What exactly, without any secret. */
  readonly detail: string
  /** The next thing to do. */
  readonly hint: string
  /** The file; `in-cluster` for a service account, `text` for a kubeconfig that was handed over. */
  readonly path?: string
  readonly context?: string
  /** A path into the kubeconfig: `clusters[0].cluster.server`. */
  readonly field?: string
  readonly cause?: unknown
}> {
  override get message(): string {
    const file = this.path === undefined ? "The kubeconfig" : `The kubeconfig ${this.path}`
    return `${file}${this.field === undefined ? "" : `, ${this.field}`}: ${this.detail}. ${this.hint}`
  }

  /** The error as plain JSON, its cause shortened to names, codes and messages. */
  override toJSON(): unknown {
    return toJson(this)
  }
}
