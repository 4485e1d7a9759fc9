/**
 * Requests for a rotation: every new text of one of two annotations is one, and is taken up once.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import type { RotationView } from "../rotation/RotationView.ts"
import type { WebhookCertificate } from "./WebhookCertificate.ts"

/**
 * The request that has not been taken up yet. Its id holds both texts, so that neither counts again when the other one
 * changes, nor when an annotation is taken away.
 *
 * @category getters
 * @since 0.1.0
 */
export const of = (
  { compromised, rotate }: Pick<WebhookCertificate, "compromised" | "rotate">,
  taken: string | undefined
): RotationView["request"] => {
  const [takenRotate, takenCompromised] = textsOf(taken)
  const isNew = (text: string | undefined, before: string | undefined) => text !== undefined && text !== before
  if (!isNew(rotate, takenRotate) && !isNew(compromised, takenCompromised)) return undefined
  return {
    id: JSON.stringify([rotate ?? takenRotate ?? null, compromised ?? takenCompromised ?? null]),
    cause: isNew(compromised, takenCompromised) ? "compromised" : "forced"
  }
}

/**
 * The two texts of a request's id: that of the request to rotate, and that of a key that is known to others.
 *
 * @category getters
 * @since 0.1.0
 */
export const textsOf = (id: string | undefined): ReadonlyArray<string | undefined> => {
  const read = Result.try((): unknown => JSON.parse(id ?? "[]"))
  return Result.isSuccess(read) && Array.isArray(read.success)
    ? read.success.map((text) => (typeof text === "string" ? text : undefined))
    : []
}
