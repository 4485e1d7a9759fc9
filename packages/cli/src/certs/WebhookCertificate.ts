/**
 * WebhookCertificates as the command line reads them: what an operator says about a rotation in the status of a
 * `WebhookCertificate` of `certificates.holdfast.dev/v1alpha1`. Everything may be missing, for an operator may be older
 * than this program, or may not have said anything yet.
 *
 * @since 0.1.0
 */
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Readiness from "@holdfast/k8s-adapter/Readiness"
import { listOf, part, textOf } from "../input/Json.ts"

/**
 * The kind.
 *
 * @category constants
 * @since 0.1.0
 */
export const kind = { apiVersion: "certificates.holdfast.dev/v1alpha1", kind: "WebhookCertificate" } as const

/**
 * The annotations whose every new text asks for a rotation.
 *
 * @category constants
 * @since 0.1.0
 */
export const requests = {
  rotate: "certificates.holdfast.dev/rotate",
  compromised: "certificates.holdfast.dev/compromised"
} as const

/**
 * Why a rotation is asked for.
 *
 * @category models
 * @since 0.1.0
 */
export type Request = keyof typeof requests

/**
 * The status of a rotation.
 *
 * @category models
 * @since 0.1.0
 */
export interface Status {
  /** Empty while no operator has said anything. */
  readonly phase: string
  readonly epoch: number
  /** Since when the phase lasts, in RFC 3339; empty when not told. */
  readonly since: string
  readonly waitingFor: { readonly what: string; readonly missing: ReadonlyArray<string> } | undefined
  readonly ready: Verdict
  readonly rotating: Verdict
  readonly contested: Verdict
  readonly clockSkewed: Verdict
  readonly leafNotAfter: string
  readonly targetsInSync: string
  readonly targets: ReadonlyArray<{
    readonly name: string
    readonly inSync: boolean
    readonly problems: ReadonlyArray<string>
  }>
  readonly apiServersProven: string
  readonly apiServers: ReadonlyArray<{ readonly name: string; readonly proven: boolean }>
  readonly pods: ReadonlyArray<{
    readonly name: string
    readonly serialNumber: string
    readonly trusted: boolean
    readonly problem: string
  }>
  /** The newest first. */
  readonly failures: ReadonlyArray<{ readonly at: string; readonly message: string }>
  /** The texts of the requests that were taken up last. */
  readonly observed: Readonly<Record<Request, string>>
}

/**
 * A condition: `True`, `False`, or empty while there is none.
 *
 * @category models
 * @since 0.1.0
 */
export interface Verdict {
  readonly status: string
  readonly message: string
}

const verdict = (object: KubernetesObject, type: string): Verdict => {
  const condition = Readiness.conditionOf(object, type)
  return { status: condition?.status ?? "", message: condition?.message ?? "" }
}

const texts = (value: unknown): ReadonlyArray<string> => listOf(value).map(textOf)

/**
 * Reads the status.
 *
 * @category getters
 * @since 0.1.0
 */
export const statusOf = (object: KubernetesObject): Status => {
  const status = object["status"]
  const at = (field: string) => textOf(part(status, field))
  const entries = <A>(field: string, read: (text: (name: string) => string, entry: unknown) => A) =>
    listOf(part(status, field)).map((entry) => read((name) => textOf(part(entry, name)), entry))
  const waitingFor = part(status, "waitingFor")
  return {
    phase: at("phase"),
    epoch: Number(part(status, "epoch") ?? 0),
    since: at("since"),
    waitingFor:
      waitingFor === undefined
        ? undefined
        : { what: textOf(part(waitingFor, "what")), missing: texts(part(waitingFor, "missing")) },
    ready: verdict(object, "Ready"),
    rotating: verdict(object, "Rotating"),
    contested: verdict(object, "Contested"),
    clockSkewed: verdict(object, "ClockSkewed"),
    leafNotAfter: at("leafNotAfter"),
    targetsInSync: at("targetsInSync"),
    targets: entries("targets", (text, entry) => ({
      name: text("name"),
      inSync: part(entry, "inSync") === true,
      problems: texts(part(entry, "problems"))
    })),
    apiServersProven: at("apiServersProven"),
    apiServers: entries("apiServers", (text, entry) => ({
      name: text("name"),
      proven: part(entry, "proven") === true
    })),
    pods: entries("pods", (text, entry) => ({
      name: text("name"),
      serialNumber: text("serialNumber"),
      trusted: part(entry, "trusted") === true,
      problem: text("problem")
    })),
    failures: entries("failures", (text) => ({ at: text("at"), message: text("message") })),
    observed: { rotate: at("observedRotate"), compromised: at("observedCompromised") }
  }
}
