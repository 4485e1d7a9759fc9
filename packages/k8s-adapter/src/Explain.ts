/**
 * `holdfast explain` over JSON lines, without the command line: one line in, one answer out, broken lines told by
 * number.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as ErrorText from "./ErrorText.ts"
import { property } from "./internal/status.ts"

/**
 * One answer, as it is written out.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answer extends ErrorText.Explanation {
  readonly id: string | number | null
}

/**
 * A line that is no question: not JSON, no object, or without a message.
 *
 * @category errors
 * @since 0.1.0
 */
export class BrokenLine extends Data.TaggedError("BrokenLine")<{
  /** Counted from 1. */
  readonly line: number
  readonly detail: string
}> {
  override get message(): string {
    return `line ${this.line}: ${this.detail}`
  }
}

const jsonLine = (text: string): Result.Result<unknown, string> =>
  Result.mapError(
    Result.try((): unknown => JSON.parse(text)),
    () => "not JSON"
  )

const scalar = (value: unknown): string | number | undefined =>
  typeof value === "string" || typeof value === "number" ? value : undefined

/**
 * Answers one line of JSON: `{"id", "message", "code"?, "reason"?, "errno"?}`.
 *
 * **Example** (A question and a broken line)
 *
 * ```ts import.meta.vitest
 * import { Result } from "effect"
 * import * as Explain from "@holdfast/k8s-adapter/Explain"
 *
 * const question = JSON.stringify({ id: "a", message: "curl: (60) SSL certificate problem: certificate has expired" })
 *
 * Result.getOrThrow(Explain.answerLine(question, 1)).reason // => "expired"
 * Result.getOrThrow(Result.flip(Explain.answerLine("{", 2))).message // => "line 2: not JSON"
 * ```
 *
 * @category getters
 * @since 0.1.0
 */
export const answerLine = (text: string, line: number): Result.Result<Answer, BrokenLine> => {
  const decoded = jsonLine(text)
  if (Result.isFailure(decoded)) return Result.fail(new BrokenLine({ line, detail: decoded.failure }))
  const question = decoded.success
  if (typeof question !== "object" || question === null || Array.isArray(question)) {
    return Result.fail(new BrokenLine({ line, detail: "not a JSON object" }))
  }
  const message = property(question, "message")
  if (typeof message !== "string") return Result.fail(new BrokenLine({ line, detail: 'no "message"' }))
  const [code, errno] = [scalar(property(question, "code")), scalar(property(question, "errno"))]
  const reason = property(question, "reason")
  return Result.succeed({
    id: scalar(property(question, "id")) ?? null,
    ...ErrorText.explain({
      message,
      ...(code === undefined ? {} : { code }),
      ...(typeof reason === "string" ? { reason } : {}),
      ...(errno === undefined ? {} : { errno })
    })
  })
}
