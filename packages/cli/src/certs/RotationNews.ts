/**
 * What is new about a rotation, from one status to the next: phases, proofs of API servers and pods, and what went wrong.
 *
 * @since 0.1.0
 */
import type { ProgressLine } from "../output/ProgressEvent.ts"
import type { Status } from "./WebhookCertificate.ts"

const shortly = (serialNumber: string): string => serialNumber.slice(0, 8).toLowerCase()

const list = (names: ReadonlyArray<string>): string =>
  `${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`

/**
 * What a rotation waits for, in words; `undefined` when it waits for nothing but time.
 *
 * @category rendering
 * @since 0.1.0
 */
export const waiting = ({ waitingFor }: Status): string | undefined => {
  if (waitingFor === undefined) return undefined
  const { what, missing } = waitingFor
  return missing.length === 0 ? what : `${what}: ${list(missing)}`
}

/** The operator's own words for the phase, without what it waits for, which is told apart from it. */
const phaseLine = ({ epoch, phase, rotating }: Status): ProgressLine => {
  const [words = ""] = rotating.message.split(": waiting for ")
  return { mark: "phase", text: `${phase}${words === "" ? "" : `: ${words}`} (epoch ${epoch})` }
}

const added = <A extends { readonly name: string }>(
  before: ReadonlyArray<A> | undefined,
  after: ReadonlyArray<A>,
  differs: (old: A | undefined, now: A) => boolean
): ReadonlyArray<A> =>
  after.filter((now) =>
    differs(
      before?.find(({ name }) => name === now.name),
      now
    )
  )

/**
 * The news of a status, in the order in which a rotation goes; all there is to tell when nothing was known before.
 *
 * @category rendering
 * @since 0.1.0
 */
export const news = (before: Status | undefined, after: Status): ReadonlyArray<ProgressLine> => {
  const isNewPhase = after.phase !== "" && (before?.phase !== after.phase || before.epoch !== after.epoch)
  const targets = added(
    before?.targets,
    after.targets,
    (old, now) => old?.inSync !== now.inSync || old.problems.join() !== now.problems.join()
  )
  // The proof may have come between two statuses: that it did is what let the rotation go on.
  const isProven = isNewPhase && before !== undefined && (after.phase === "SERVE" || after.phase === "DRAIN")
  const apiServers = added(
    before?.apiServers,
    after.apiServers,
    (old, now) => (old?.proven ?? false) !== now.proven || (isProven && now.proven)
  )
  const pods = added(
    before?.pods,
    after.pods,
    (old, now) => old?.serialNumber !== now.serialNumber || old.trusted !== now.trusted || old.problem !== now.problem
  )
  const failures = after.failures.filter(
    ({ at, message }) => !(before?.failures ?? []).some((old) => old.at === at && old.message === message)
  )
  const isNewVerdict = (name: "ready" | "contested" | "clockSkewed") =>
    before?.[name].status !== after[name].status || before[name].message !== after[name].message
  return [
    ...(isNewPhase ? [phaseLine(after)] : []),
    ...targets.map(
      ({ inSync, name, problems }): ProgressLine =>
        inSync
          ? { mark: "done", text: `${name} is in sync` }
          : { mark: "note", text: `${name} is not in sync${problems.length === 0 ? "" : `: ${problems.join("; ")}`}` }
    ),
    ...apiServers.map(
      ({ name, proven }): ProgressLine =>
        proven
          ? { mark: "done", text: `API server ${name} trusts the newest CA` }
          : { mark: "note", text: `API server ${name} has to prove that it trusts the newest CA` }
    ),
    ...pods.map(({ name, problem, serialNumber, trusted }): ProgressLine => {
      if (problem !== "") return { mark: "warning", text: `pod ${name}: ${problem}` }
      const presents = `pod ${name} presents certificate ${shortly(serialNumber)}`
      return trusted
        ? { mark: "done", text: `${presents}, which is trusted` }
        : { mark: "note", text: `${presents}, which not every target trusts yet` }
    }),
    ...failures.toReversed().map(({ message }): ProgressLine => ({ mark: "warning", text: message })),
    ...(isNewVerdict("contested") && after.contested.status === "True"
      ? [{ mark: "warning", text: `contested: ${after.contested.message}` } as const]
      : []),
    ...(isNewVerdict("clockSkewed") && after.clockSkewed.status === "True"
      ? [{ mark: "warning", text: after.clockSkewed.message } as const]
      : []),
    ...(isNewVerdict("ready") && after.ready.status !== ""
      ? [
          after.ready.status === "True"
            ? ({ mark: "done", text: `ready: ${after.ready.message}` } as const)
            : ({ mark: "failed", text: `not ready: ${after.ready.message}` } as const)
        ]
      : [])
  ]
}
