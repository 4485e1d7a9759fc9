/**
 * The status of a WebhookCertificate: whether all is safe at a glance, and what exactly is known if it is not.
 *
 * @since 0.1.0
 */
import type * as Certificate from "@holdfast/certificates/Certificate"
import type * as RotationMaterial from "../rotation/RotationMaterial.ts"
import { isValid, type RotationState, verifies } from "../rotation/RotationState.ts"
import type { Probe, RotationView, Wait } from "../rotation/RotationView.ts"
import * as Conditions from "../runtime/Conditions.ts"
import type { RotationProgress } from "./RotationDriver.ts"
import type { WebhookCertificate } from "./WebhookCertificate.ts"

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
  readonly since: string
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
  /** The last request for a rotation that was taken up. */
  readonly observedRequest?: string
}

interface CertificateEntry {
  readonly role: "leaf" | "staged" | "current" | "next" | "previous" | "adopted"
  readonly subject: string
  readonly serialNumber: string
  readonly notBefore: string
  readonly notAfter: string
}

interface TargetEntry {
  readonly name: string
  readonly inSync: boolean
  readonly epoch: number
  readonly problems?: ReadonlyArray<string>
}

interface ApiServerEntry {
  readonly name: string
  /** Whether it was seen to trust the leaf that is staged, for every target; left out while nothing is staged. */
  readonly proven?: boolean
  readonly lastAnswer?: string
}

interface PodEntry {
  readonly name: string
  /** Serial number of what it presents. */
  readonly serialNumber?: string
  readonly notAfter?: string
  readonly trusted: boolean
  readonly problem?: string
}

/**
 * What a controller knows besides the rotation's own progress.
 *
 * @category models
 * @since 0.1.0
 */
export interface Surroundings {
  readonly generation: number | undefined
  readonly before: ReadonlyArray<Conditions.Condition>
  /** Who keeps changing what was published, as a sentence. */
  readonly contested: string | undefined
}

/**
 * Makes the status of a rotation that waits.
 *
 * @category conversions
 * @since 0.1.0
 */
export const of = (
  webhook: WebhookCertificate,
  { sight, view, wait }: RotationProgress,
  { before, contested, generation }: Surroundings
): CertificateStatus => {
  const { state } = view
  const now = new Date(view.now)
  const material = sight.stored?.rotation._tag === "Success" ? sight.stored.rotation.success.material : undefined
  const certificates = state === undefined || material === undefined ? [] : entries(state, material)
  const targets = sight.targets.found.map(({ epoch, name, problems }): TargetEntry => {
    const bundle = view.targets.find((each) => each.name === name)?.bundle ?? []
    const inSync = epoch > 0 && (state?.leaf === undefined || verifies(state.leaf, bundle, view.now))
    return { name, inSync, epoch, ...(problems.length > 0 && { problems }) }
  })
  const apiServers = view.apiServers.map((name) => apiServer(name, view))
  const pods = sight.pods.map(({ certificate, name, presents, problem }): PodEntry => {
    const isTrusted = presents !== undefined && view.targets.every(({ bundle }) => verifies(presents, bundle, view.now))
    return {
      name,
      trusted: isTrusted,
      ...(certificate !== undefined && {
        serialNumber: certificate.serialNumber,
        notAfter: certificate.notAfter.toISOString()
      }),
      ...(problem !== undefined && { problem: problem.message })
    }
  })
  const observed = generation === undefined ? {} : { observedGeneration: generation }
  const ready = readiness(webhook, { sight, view, wait, actions: [] }, targets, pods)
  const isRotating = state !== undefined && state.phase !== "STABLE"
  const inputs: ReadonlyArray<Conditions.ConditionInput> = [
    { type: "Ready", ...ready, ...observed },
    {
      type: "Rotating",
      status: isRotating ? "True" : "False",
      reason: isRotating ? reasonOf(state.phase) : "Stable",
      message: isRotating ? rotating(state, wait) : "nothing changes at the moment",
      ...observed
    },
    {
      type: "Contested",
      status: contested === undefined ? "False" : "True",
      reason: contested === undefined ? "Undisputed" : "BundleChangedByOthers",
      message: contested ?? "nobody else changes what is published",
      ...observed
    }
  ]
  const proven = apiServers.filter(({ proven }) => proven !== false).length
  return {
    ...observed,
    phase: state?.phase ?? "",
    epoch: state?.epoch ?? 0,
    since: new Date(state?.since ?? view.now).toISOString(),
    ...(wait.for !== "a certificate to be due" && { waitingFor: { what: wait.for, missing: wait.missing } }),
    conditions: inputs.reduce((conditions, input) => Conditions.set(conditions, input, now), before),
    ...notAfter("leafNotAfter", state?.leaf),
    ...notAfter("authorityNotAfter", state?.current),
    certificates,
    targetsInSync: `${targets.filter(({ inSync }) => inSync).length}/${targets.length + sight.targets.missing.length}`,
    targets,
    apiServersProven: `${proven}/${apiServers.length}`,
    reach: view.reach,
    apiServers,
    pods,
    ...(state?.request !== undefined && { observedRequest: state.request })
  }
}

const readiness = (
  { spec }: WebhookCertificate,
  { sight, view }: RotationProgress,
  targets: ReadonlyArray<TargetEntry>,
  pods: ReadonlyArray<PodEntry>
): Pick<Conditions.Condition, "message" | "reason" | "status"> => {
  const { state } = view
  const no = (reason: string, message: string) => ({ status: "False" as const, reason, message })
  if (state?.leaf === undefined || view.serving?.leaf !== state.leaf.id) {
    return no("Starting", "the first certificate is on its way")
  }
  if (!isValid(state.leaf, view.now)) {
    return no("Expired", `the certificate ended ${new Date(state.leaf.notAfter).toISOString()}`)
  }
  if (sight.broughtProblem !== undefined) return no("AuthorityUnusable", sight.broughtProblem.message)
  const [missing] = sight.targets.missing
  if (missing !== undefined) return no("TargetMissing", missing)
  const astray = targets.find(({ inSync }) => !inSync)
  if (astray !== undefined) {
    return no(
      "TargetNotInSync",
      `${astray.name}: ${astray.problems?.join("; ") ?? "its bundle does not trust the leaf"}`
    )
  }
  const untrusted = pods.find(({ problem, trusted }) => !trusted && problem === undefined)
  if (untrusted !== undefined) {
    return no("PodNotTrusted", `what the pod ${untrusted.name} presents is not trusted by every target`)
  }
  const warning = sight.targets.found.flatMap(({ warnings }) => warnings)[0]
  const message = `${pods.length === 0 ? "the Secret" : `${pods.length} pod${pods.length === 1 ? "" : "s"}`} and ${targets.length} target${targets.length === 1 ? "" : "s"} agree on ${spec.secretName}`
  return {
    status: "True",
    reason: "InSync",
    message: warning === undefined ? message : `${message}. Beware: ${warning}`
  }
}

const rotating = ({ cause, phase }: RotationState, wait: Wait): string => {
  const why = cause === undefined ? "" : ` (${cause})`
  const missing = wait.missing.length === 0 ? "" : `: ${wait.missing.slice(0, 5).join(", ")}`
  return `${phase}${why}: waiting for ${wait.for}${missing}`
}

/** `DRAIN` as a reason of a condition: `Drain`. */
const reasonOf = (phase: string): string => phase.charAt(0) + phase.slice(1).toLowerCase()

const notAfter = (field: string, span: { readonly notAfter: number } | undefined) =>
  span === undefined ? {} : { [field]: new Date(span.notAfter).toISOString() }

const apiServer = (name: string, view: RotationView): ApiServerEntry => {
  const probes = view.probes.filter((probe) => probe.apiServer === name)
  const last = probes.toSorted((a, b) => b.at - a.at)[0]
  return {
    name,
    ...(view.state?.staged !== undefined && {
      proven: view.targets.every((target) => probes.some((probe) => proves(probe, target)))
    }),
    ...(last !== undefined && { lastAnswer: new Date(last.at).toISOString() })
  }
}

const proves = (probe: Probe, target: RotationView["targets"][number]): boolean =>
  probe.target === target.name && probe.epoch >= target.epoch && probe.inARow > 0

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
            subject: certificate.commonName ?? certificate.subject,
            serialNumber: certificate.serialNumber,
            notBefore: certificate.notBefore.toISOString(),
            notAfter: certificate.notAfter.toISOString()
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
