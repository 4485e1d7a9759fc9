/**
 * How a wrapped command ended when it did not succeed, and what its words on standard error mean.
 *
 * @since 0.1.0
 */
import type { Reason, Where } from "@holdfast/k8s-adapter/CertificateError"
import * as ErrorText from "@holdfast/k8s-adapter/ErrorText"
import * as Data from "effect/Data"

/**
 * A wrapped command failed.
 *
 * @category errors
 * @since 0.1.0
 */
export class CommandFailed extends Data.TaggedError("CommandFailed")<{
  readonly command: string
  /** As a shell gives it: 128 and the signal's number for a command that a signal ended. */
  readonly exitCode: number
  /** The line of standard error that says why. */
  readonly detail: string
  readonly reason: Reason | null
  readonly where: Where | null
  readonly webhook: string | undefined
  readonly transient: boolean
  /** Milliseconds since the first failure. */
  readonly sinceFirst: number
}> {
  override get message(): string {
    return `${this.command} ended with ${this.exitCode}: ${this.detail}`
  }
}

const lastLine = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trim())
    .findLast((line) => line !== "") ?? "it wrote nothing to standard error"

/**
 * Reads what a failed command wrote: the last line that is about a certificate decides, since tools go on talking after
 * it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromOutput = (options: {
  readonly command: string
  readonly exitCode: number
  readonly standardError: string
  readonly sinceFirst: number
}): CommandFailed => {
  const { standardError, ...rest } = options
  const lines = standardError.split("\n").filter((line) => line.trim() !== "")
  const telling = lines.findLast((line) => ErrorText.explain({ message: line }).certificate)
  const message = telling ?? standardError
  const { certificate, reason, where, transient } = ErrorText.explain({ message })
  return new CommandFailed({
    ...rest,
    detail: telling?.trim() ?? lastLine(standardError),
    reason: certificate ? reason : null,
    where: certificate ? where : null,
    webhook: /failed calling webhook "([^"]+)"/.exec(message)?.[1],
    transient
  })
}
