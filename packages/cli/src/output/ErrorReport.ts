/**
 * From any error to the message a person reads and the exit code a script reads.
 *
 * @since 0.1.0
 */
import * as Apply from "@holdfast/k8s-adapter/Apply"
import * as Diff from "@holdfast/k8s-adapter/Diff"
import { format, type ObjectRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Cause from "effect/Cause"
import * as Predicate from "effect/Predicate"
import * as ExitCode from "../ExitCode.ts"
import { CommandError } from "./CommandError.ts"
import { clean } from "./TextWidth.ts"

/**
 * What is told about a failure.
 *
 * @category models
 * @since 0.1.0
 */
export interface Report {
  readonly exit: ExitCode.ExitName
  /** Without control characters; one line, but for an apply of which several objects failed. */
  readonly message: string
}

const exits: Readonly<Record<string, ExitCode.ExitName>> = {
  CertificateError: "certificate",
  ConnectionError: "unreachable",
  KubeconfigError: "badInput",
  ManifestError: "badInput",
  UnexpectedResponse: "unreachable",
  UnknownKind: "badInput",
  Invalid: "badInput",
  BadRequest: "badInput",
  InvalidRetryPolicy: "usage",
  Forbidden: "forbidden",
  Unauthorized: "forbidden",
  DeadlineExceeded: "timeout",
  AttemptsExhausted: "timeout",
  WaitTimeout: "timeout",
  Timeout: "timeout"
}

/** The flag that mends it, which only the command line knows. */
const remedies: Readonly<Record<string, string>> = {
  Conflict: "With --force-conflicts they are taken over.",
  DeadlineExceeded: "With --retry-deadline it is given longer.",
  AttemptsExhausted: "With --retry-max-attempts it is given more of them.",
  WaitTimeout: "With --timeout it is given longer."
}

const remedyOf = (error: { readonly _tag: string }): string | undefined =>
  Object.hasOwn(remedies, error._tag) ? remedies[error._tag] : undefined

const cleanLines = (text: string) => text.split("\n").map(clean).join("\n")

/** Most messages name their object; the others get it in front. */
const about = (ref: ObjectRef, message: string): string =>
  message.includes(format(ref)) ? message : `${format(ref)}: ${message}`

const shorten = (text: string) => (text.length > 2000 ? `${text.slice(0, 2000)}…` : text)

/** A manifest that could not be fetched is a matter of the network, not of its content. */
const ofManifest = (error: object): ExitCode.ExitName =>
  ("reason" in error && (error.reason === "unreachable" || error.reason === "timeout")) ||
  ("status" in error && Number(error.status) >= 500)
    ? "unreachable"
    : "badInput"

/**
 * Describes a typed error.
 *
 * @category conversions
 * @since 0.1.0
 */
export const ofError = (error: unknown): Report => {
  if (error instanceof CommandError) return { exit: error.exit, message: clean(error.message) }
  const tag = Predicate.hasProperty(error, "_tag") && typeof error._tag === "string" ? error._tag : ""
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof Diff.DiffFailed) {
    const report = ofError(error.error)
    return { ...report, message: about(error.ref, report.message) }
  }
  if (error instanceof Apply.ApplyFailed) {
    const reports = error.failures.map((failure) => ofError(failure.error))
    const [first] = error.failures
    const exits = new Set(reports.map(({ exit }) => exit))
    const exit = exits.size === 1 ? ([...exits][0] as ExitCode.ExitName) : "failure"
    const single = error.failures.length === 1 && first !== undefined && error.applied.length + error.skipped === 0
    if (single) return { exit, message: about(first.ref, reports[0]?.message ?? "") }
    const remedies = new Set(error.failures.flatMap((failure) => remedyOf(failure.error) ?? []))
    return { exit, message: cleanLines([error.message, ...remedies].join("\n")) }
  }
  const exit = tag === "ManifestError" && error instanceof Error ? ofManifest(error) : (exits[tag] ?? "failure")
  const remedy = remedyOf({ _tag: tag })
  return { exit, message: shorten(clean(message)) + (remedy === undefined ? "" : ` ${remedy}`) }
}

/**
 * Describes the cause a command ended with. A defect is a fault of ours and says so.
 *
 * @category conversions
 * @since 0.1.0
 */
export const ofCause = (cause: Cause.Cause<unknown>, signal: unknown): Report => {
  const failure = cause.reasons.find(Cause.isFailReason)
  if (failure !== undefined) return ofError(failure.error)
  const defect = cause.reasons.find(Cause.isDieReason)
  if (defect !== undefined) {
    const message = defect.defect instanceof Error ? defect.defect.message : String(defect.defect)
    return {
      exit: "internal",
      message: shorten(clean(`a fault in holdfast: ${message}. Run it again with -v=4 for details and report it.`))
    }
  }
  return signal === "SIGTERM"
    ? { exit: "terminated", message: "ended by SIGTERM; run it again to finish" }
    : { exit: "interrupted", message: "interrupted; run it again to finish" }
}
