/** What the conditions of a WebhookCertificate say, in words for people. */
import type { PodEntry, TargetEntry } from "../../certificate/CertificateStatus.ts"
import type { RotationSight } from "../../certificate/RotationSight.ts"
import { isValid, type RotationState } from "../../rotation/RotationState.ts"
import type { RotationView, Wait } from "../../rotation/RotationView.ts"
import type { ConditionInput } from "../../runtime/Conditions.ts"
import { maxSkew } from "../rotation/times.ts"

interface Known {
  readonly sight: RotationSight
  readonly view: RotationView
  readonly targets: ReadonlyArray<TargetEntry>
  readonly pods: ReadonlyArray<PodEntry>
  readonly contested: string | undefined
  readonly stopped: { readonly reason: string; readonly message: string } | Wait
}

export const conditionsOf = (known: Known): ReadonlyArray<ConditionInput> => [
  { type: "Ready", ...readiness(known) },
  { type: "Rotating", ...rotating(known) },
  known.contested === undefined
    ? no("Contested", "Undisputed", "nobody else changes what is published")
    : yes("Contested", "BundleChangedByOthers", known.contested),
  { type: "ClockSkewed", ...clock(known.view) }
]

const yes = (type: string, reason: string, message: string): ConditionInput => ({
  type,
  status: "True",
  reason,
  message
})
const no = (type: string, reason: string, message: string): ConditionInput => ({
  type,
  status: "False",
  reason,
  message
})

type Verdict = Omit<ConditionInput, "type">

/** The first thing that is not as it has to be for every admission request to be answered, now and tomorrow. */
const readiness = ({ pods, sight, stopped, targets, view }: Known): Verdict => {
  const { state } = view
  if ("reason" in stopped) return no("Ready", stopped.reason, stopped.message)
  if (sight.broughtProblem !== undefined) return no("Ready", "AuthorityUnusable", sight.broughtProblem.message)
  if (state?.leaf === undefined || view.serving?.leaf !== state.leaf.id) {
    return no("Ready", "Starting", `the first certificate is on its way: ${waiting(stopped)}`)
  }
  if (!isValid(state.leaf, view.now)) return no("Ready", "Expired", `the certificate ended ${day(state.leaf.notAfter)}`)
  const [missing] = sight.targets.missing
  if (missing !== undefined) return no("Ready", "TargetMissing", missing)
  const astray = targets.find(({ inSync }) => !inSync)
  if (astray !== undefined) {
    const problem = astray.problems?.join("; ") ?? "its bundle does not trust the certificate"
    return no("Ready", "TargetNotInSync", `${astray.name}: ${problem}`)
  }
  const untrusted = pods.find(({ problem, trusted }) => !trusted && problem === undefined)
  if (untrusted !== undefined) {
    return no("Ready", "PodNotTrusted", `what the pod ${untrusted.name} presents is not trusted by every target`)
  }
  const warning = sight.warnings[0]
  const good = `${count(pods.length, "pod")} and ${count(targets.length, "target")} agree on the certificate that is good until ${day(state.leaf.notAfter)}`
  return yes("Ready", "InSync", warning === undefined ? good : `${good}. Beware: ${warning}`)
}

const rotating = ({ stopped, view }: Known): Verdict => {
  const { state } = view
  if (state === undefined || state.phase === "STABLE") {
    return no("Rotating", "Stable", "nothing changes at the moment")
  }
  const does = `${phases[state.phase]}${state.cause === undefined ? "" : `, ${causes[state.cause]}`}`
  return yes("Rotating", reasonOf(state.phase), "for" in stopped ? `${does}: ${waiting(stopped)}` : does)
}

const phases: Readonly<Record<RotationState["phase"], string>> = {
  STABLE: "nothing changes",
  LEAF: "a new certificate of the same CA is served",
  STAGE: "the next CA is made",
  TRUST: "the next CA is published",
  PROVE: "each API server is asked whether it trusts the next CA",
  SERVE: "a certificate of the next CA takes over",
  DRAIN: "the CA of before stays trusted until no pod needs it",
  RETIRE: "the CA of before is taken out of every target"
}

const causes: Readonly<Record<NonNullable<RotationState["cause"]>, string>> = {
  age: "since a CA is due",
  forced: "as it was asked for",
  compromised: "since the key of the CA is known to others",
  adopted: "to take over from what was there before"
}

const waiting = (stopped: Known["stopped"]): string => {
  if ("reason" in stopped) return stopped.message
  const { missing } = stopped
  const more = missing.length > 5 ? ` and ${missing.length - 5} more` : ""
  const who = missing.length === 0 ? "" : ` (${missing.slice(0, 5).join(", ")}${more})`
  return `waiting for ${stopped.for}${who}`
}

const clock = ({ skew }: RotationView): Verdict => {
  const seconds = Math.round(Math.abs(skew) / 1_000)
  const message = `the operator's clock is ${seconds} s ${skew > 0 ? "ahead of" : "behind"} the API server's`
  if (Math.abs(skew) > maxSkew)
    return yes("ClockSkewed", "TooFarOff", `${message}: nothing new is begun until it agrees`)
  // One second is as exact as the API server tells its time.
  return Math.abs(skew) > 60_000
    ? yes("ClockSkewed", "Off", message)
    : no("ClockSkewed", "InStep", "the operator's clock and the API server's agree")
}

/** `DRAIN` as a reason of a condition: `Drain`. */
const reasonOf = (phase: string): string => phase.charAt(0) + phase.slice(1).toLowerCase()

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`

const day = (millis: number) => new Date(millis).toISOString().slice(0, 10)
