/**
 * The status of a WebhookCertificate: whether all is safe at a glance, and what exactly is known if it is not.
 *
 * @since 0.1.0
 */
import type * as Certificate from "@holdfast/certificates/Certificate"
import { conditionsOf } from "../internal/certificate/conditions.ts"
import type * as RotationMaterial from "../rotation/RotationMaterial.ts"
import { type RotationState, verifies } from "../rotation/RotationState.ts"
import { isProven, type RotationView, type Wait } from "../rotation/RotationView.ts"
import * as Conditions from "../runtime/Conditions.ts"
import * as RotationRequest from "./RotationRequest.ts"
import type { RotationSight } from "./RotationSight.ts"

/**
 * The status as the API server has it. Times are RFC 3339.
 *
 * @category models
 * @since 0.1.0
 */
export interface CertificateStatus {
  readonly observedGeneration?: number
  readonly phase: string
  readonly epoch: number
  /** Since when the phase lasts. */
  readonly since?: string
  /** What is waited for, in words; none when there is nothing to wait for but time. */
  readonly waitingFor?: { readonly what: string; readonly missing: ReadonlyArray<string> }
  readonly conditions: ReadonlyArray<Conditions.Condition>
  /** When the leaf and the authority that signs now end. */
  readonly leafNotAfter?: string
  readonly authorityNotAfter?: string
  readonly certificates: ReadonlyArray<CertificateEntry>
  /** How many targets are as they should be: `2/2`. */
  readonly targetsInSync: string
  readonly targets: ReadonlyArray<TargetEntry>
  /** How many API servers were seen to trust the next authority, while that is being proved, or are reached: `3/3`. */
  readonly apiServersProven: string
  /** `all`, `some`, or `sampled` where nobody can tell them apart. */
  readonly reach: string
  readonly apiServers: ReadonlyArray<ApiServerEntry>
  readonly pods: ReadonlyArray<PodEntry>
  /** What went wrong lately, the newest first. */
  readonly failures: ReadonlyArray<FailureEntry>
  /** The texts of the last requests that were taken up. */
  readonly observedRotate?: string
  readonly observedCompromised?: string
}

/**
 * Something that went wrong.
 *
 * @category models
 * @since 0.1.0
 */
export interface FailureEntry {
  readonly at: string
  readonly message: string
}

interface CertificateEntry {
  readonly role: "leaf" | "staged" | "current" | "next" | "previous" | "adopted"
  readonly subject: string
  readonly serialNumber: string
  readonly notBefore: string
  readonly notAfter: string
}

/**
 * A target, as the status has it.
 *
 * @category models
 * @since 0.1.0
 */
export interface TargetEntry {
  readonly name: string
  readonly inSync: boolean
  readonly epoch: number
  readonly problems?: ReadonlyArray<string>
}

interface ApiServerEntry {
  readonly name: string
  /** Whether it was seen to trust the newest authority, the one that is staged or the one that signs, at every target. */
  readonly proven: boolean
  readonly lastAnswer?: string
}

/**
 * A pod, as the status has it.
 *
 * @category models
 * @since 0.1.0
 */
export interface PodEntry {
  readonly name: string
  /** Serial number of what it presents. */
  readonly serialNumber?: string
  readonly notAfter?: string
  readonly trusted: boolean
  readonly problem?: string
}

/**
 * What a controller knows besides what was seen.
 *
 * @category models
 * @since 0.1.0
 */
export interface Surroundings {
  readonly generation: number | undefined
  readonly before: ReadonlyArray<Conditions.Condition>
  /** Who keeps changing what was published, as a sentence. */
  readonly contested: string | undefined
  readonly failures: ReadonlyArray<FailureEntry>
  /** What keeps the rotation from going on, where it ended with an error; else what it waits for. */
  readonly stopped: { readonly reason: string; readonly message: string } | Wait
}

/**
 * Makes the status of a rotation that waits, or was stopped by an error.
 *
 * @category conversions
 * @since 0.1.0
 */
export const of = (sight: RotationSight, view: RotationView, around: Surroundings): CertificateStatus => {
  const { before, failures, generation, stopped } = around
  const { state } = view
  const material = sight.stored?.rotation._tag === "Success" ? sight.stored.rotation.success.material : undefined
  const targets = sight.targets.found.map(({ epoch, name, problems }): TargetEntry => {
    const bundle = view.targets.find((each) => each.name === name)?.bundle ?? []
    const inSync = epoch > 0 && (state?.leaf === undefined || verifies(state.leaf, bundle, view.now))
    return { name, inSync, epoch, ...(problems.length > 0 && { problems }) }
  })
  const pods = sight.pods.map((pod) => podEntry(pod, view))
  const apiServers = view.apiServers.map((name) => apiServer(name, view))
  const conditions = conditionsOf({ sight, view, targets, pods, contested: around.contested, stopped })
  const observed = generation === undefined ? {} : { observedGeneration: generation }
  const wanted = targets.length + sight.targets.missing.length
  const [rotate, compromised] = RotationRequest.textsOf(state?.request)
  return {
    ...observed,
    phase: state?.phase ?? "",
    epoch: state?.epoch ?? 0,
    ...(state !== undefined && { since: time(state.since) }),
    ...("for" in stopped &&
      stopped.for !== "a certificate to be due" && { waitingFor: { what: stopped.for, missing: stopped.missing } }),
    conditions: conditions.reduce(
      (all, input) => Conditions.set(all, { ...input, ...observed }, new Date(view.now)),
      before
    ),
    ...(state?.leaf !== undefined && { leafNotAfter: time(state.leaf.notAfter) }),
    ...(state?.current !== undefined && { authorityNotAfter: time(state.current.notAfter) }),
    certificates: state === undefined || material === undefined ? [] : entries(state, material),
    targetsInSync: `${targets.filter(({ inSync }) => inSync).length}/${wanted}`,
    targets,
    apiServersProven: `${apiServers.filter(({ proven }) => proven).length}/${apiServers.length}`,
    reach: view.reach,
    apiServers,
    pods,
    failures,
    ...(rotate !== undefined && { observedRotate: rotate }),
    ...(compromised !== undefined && { observedCompromised: compromised })
  }
}

const time = (millis: number): string => `${new Date(millis).toISOString().slice(0, 19)}Z`

const podEntry = (
  { certificate, name, presents, problem }: RotationSight["pods"][number],
  view: RotationView
): PodEntry => ({
  name,
  trusted: presents !== undefined && view.targets.every(({ bundle }) => verifies(presents, bundle, view.now)),
  ...(certificate !== undefined && {
    serialNumber: certificate.serialNumber,
    notAfter: time(certificate.notAfter.getTime())
  }),
  ...(problem !== undefined && { problem: problem.message })
})

const apiServer = (name: string, view: RotationView): ApiServerEntry => {
  const probes = view.probes.filter((probe) => probe.apiServer === name)
  const last = probes.toSorted((a, b) => b.at - a.at)[0]
  return {
    name,
    proven: isProven(view, name),
    ...(last !== undefined && { lastAnswer: time(last.at) })
  }
}

const entries = (
  state: RotationState,
  { adopted, authorities, leaves }: RotationMaterial.RotationMaterial
): ReadonlyArray<CertificateEntry> => {
  const entry = (role: CertificateEntry["role"], certificate: Certificate.Certificate | undefined) =>
    certificate === undefined
      ? []
      : [
          {
            role,
            subject: certificate.commonName ?? certificate.dnsNames[0] ?? certificate.subject,
            serialNumber: certificate.serialNumber,
            notBefore: time(certificate.notBefore.getTime()),
            notAfter: time(certificate.notAfter.getTime())
          }
        ]
  const authority = (role: "current" | "next" | "previous") =>
    entry(role, authorities.get(state[role]?.id ?? "")?.certificate)
  return [
    ...entry("leaf", leaves.get(state.leaf?.id ?? "")?.certificate),
    ...entry("staged", leaves.get(state.staged?.id ?? "")?.certificate),
    ...authority("current"),
    ...authority("next"),
    ...authority("previous"),
    ...(state.adopted ?? []).flatMap(({ id }) => entry("adopted", adopted.get(id)))
  ]
}
