/** What a rotation did, and what it could not do, in plain words: the Events of a WebhookCertificate. */
import { type Change, culprit } from "../../certificate/Contention.ts"
import type { RotationError } from "../../certificate/RotationDriver.ts"
import type { WebhookCertificate } from "../../certificate/WebhookCertificate.ts"
import type { RotationState } from "../../rotation/RotationState.ts"
import type { Action, RotationView, Wait } from "../../rotation/RotationView.ts"
import type { EventInput } from "../../runtime/EventRecorder.ts"

export type Note = Omit<EventInput, "regarding">

/** What is worth telling of an action. */
export const done = (
  action: Exclude<Action, Wait>,
  view: RotationView,
  { spec }: WebhookCertificate
): Note | undefined => {
  switch (action._tag) {
    case "Persist":
      return persisted(action.state, view, spec.secretName)
    case "Serve":
      return view.state?.phase === "STABLE" && action.leaf !== undefined
        ? warning(
            "SecretRestored",
            "Serve",
            `the Secret ${spec.secretName} ${view.serving === undefined ? "was gone" : "had been changed"}, and was written again`
          )
        : undefined
    case "Touch":
      return normal(
        "TargetTouched",
        "Touch",
        `an API server goes by an older version of ${action.target.name} still, so it was changed for it to look again`
      )
    case "Nudge":
      return normal(
        "PodNudged",
        "Nudge",
        `the kubelet of the pod ${action.pod} was asked to refresh the mounted Secret`
      )
    default:
      return undefined
  }
}

const persisted = (
  state: RotationState,
  { state: before, ...view }: RotationView,
  secret: string
): Note | undefined => {
  if (before === undefined || state.epoch === before.epoch) {
    return view.remembered === undefined
      ? normal("RotationStarted", "Rotate", "a first CA is made, beside whatever is trusted already")
      : warning(
          "StateRestored",
          "Persist",
          "the Secret with the rotation's state was gone, and was written from memory"
        )
  }
  if (state.phase === before.phase) return undefined
  const ends = (span: { readonly notAfter: number } | undefined) =>
    span === undefined ? "" : `, good until ${new Date(span.notAfter).toISOString().slice(0, 10)}`
  switch (state.phase) {
    case "STAGE":
      return normal("RotationStarted", "Rotate", `a new CA is to take over: ${why(state)}`)
    case "LEAF":
      return normal("CertificateRenewed", "Renew", `the Secret ${secret} gets a new certificate${ends(state.leaf)}`)
    case "SERVE": {
      const count = view.apiServers.length
      const proof = state.proven === state.current?.id ? `${count} API server${count === 1 ? "" : "s"} trust it` : ""
      const note = `the Secret ${secret} gets a certificate of the new CA${ends(state.leaf)}`
      return normal("AuthorityServes", "Serve", proof === "" ? note : `${proof}: ${note}`)
    }
    case "STABLE":
      return before.phase === "RETIRE"
        ? normal("RotationCompleted", "Retire", "what was trusted before is trusted no more; all is quiet")
        : undefined
    default:
      return undefined
  }
}

const why = ({ cause }: RotationState): string => {
  switch (cause) {
    case "age":
      return "the present one is due"
    case "compromised":
      return "the key of the present one is known to others"
    case "adopted":
      return "the present one is of unknown origin"
    default:
      return "it was asked for"
  }
}

export const changedByOthers = (change: Change): Note =>
  warning("BundleRepaired", "Publish", `${change.target} was changed by ${culprit(change)}; it is published again`)

export const contested = (dispute: string): Note => warning("Contested", "Publish", dispute)

/** Errors that pass by themselves are in the log and in the status; those that people have to mend are told. */
export const isForPeople = ({ _tag }: RotationError): boolean =>
  ["AuthorityUnusable", "BundleNotKept", "Forbidden", "InvalidCertificateRequest", "RotationRefused"].includes(_tag)

/** An error as the reason and the message of a condition. */
export const failure = (error: RotationError): { readonly reason: string; readonly message: string } => ({
  reason: error._tag,
  message: error.message
})

export const stopped = (error: RotationError): Note => warning(error._tag, "Rotate", error.message)

const normal = (reason: string, action: string, note: string): Note => ({ type: "Normal", reason, action, note })
const warning = (reason: string, action: string, note: string): Note => ({ type: "Warning", reason, action, note })
