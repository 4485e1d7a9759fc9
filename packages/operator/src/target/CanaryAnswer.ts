/**
 * What a canary says, so that whoever hears it knows that it was a canary, under which publication it was called, and
 * which leaf it presented. Both ends share this module: the server that answers, and the probe that reads the answer
 * out of the API server's words.
 *
 * @since 0.1.0
 */

import { text } from "@holdfast/k8s-adapter/Json"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

/**
 * A canary's answer, as it was read.
 *
 * @category models
 * @since 0.1.0
 */
export interface CanaryAnswer {
  /** What the object that the API server went by calls its publication: an epoch, or the mark of a barrier. */
  readonly mark: string
  /** The fingerprint (SHA-256) of the leaf that was presented. */
  readonly leaf: string
}

/**
 * A request to a canary.
 *
 * @category models
 * @since 0.1.0
 */
export interface CanaryRequest {
  readonly method: string
  /** With or without its query. */
  readonly path: string
  readonly body: string
  /** The fingerprint (SHA-256) of the leaf that was presented on the connection. */
  readonly leaf: string
}

/**
 * What to send back.
 *
 * @category models
 * @since 0.1.0
 */
export interface CanaryResponse {
  readonly status: number
  readonly type: string
  readonly body: string
}

/**
 * The path that canaries are called by under a publication.
 *
 * @category constructors
 * @since 0.1.0
 */
export const pathOf = (mark: string | number): string => `/canary/${mark}`

/**
 * Reads a canary's answer wherever it stands in a text: an API server puts words of its own before it.
 *
 * **Example** (A denial)
 *
 * ```ts import.meta.vitest
 * import * as CanaryAnswer from "@holdfast/operator/target/CanaryAnswer"
 *
 * const leaf = "0".repeat(64)
 * const { body } = CanaryAnswer.answer({ method: "GET", path: "/apis/x.example.com/e7-ab/canary", body: "", leaf })
 * CanaryAnswer.read(`admission webhook "x" denied the request: ${JSON.parse(body).message}`) // => { mark: "7-ab", leaf }
 * ```
 *
 * @category decoding
 * @since 0.1.0
 */
export const read = (words: string): CanaryAnswer | undefined => {
  const found = /holdfast canary of publication ([0-9a-z-]{1,60}), presenting leaf ([0-9a-f]{64})/.exec(words)
  return found === null ? undefined : { mark: String(found[1]), leaf: String(found[2]) }
}

const words = ({ leaf, mark }: CanaryAnswer): string =>
  `holdfast canary of publication ${mark}, presenting leaf ${leaf}: your certificates verify (no object is ever created here)`

/**
 * Answers as a canary: denies an AdmissionReview, fails a ConversionReview, and for an aggregated API tells what it is
 * without having anything in it.
 *
 * @category answering
 * @since 0.1.0
 */
export const answer = ({ body, leaf, method, path }: CanaryRequest): CanaryResponse => {
  const steps = (path.split("?")[0] ?? "").split("/").filter((step) => step !== "")
  const [first, second = "", third = "", fourth] = steps
  if (first === "canary" && method === "POST" && steps.length === 2) return review(body, { mark: second, leaf })
  if (first === "apis" && method === "GET" && /^e[0-9]/.test(third)) {
    if (steps.length === 3) {
      const resources: ReadonlyArray<unknown> = []
      return json(200, { kind: "APIResourceList", apiVersion: "v1", groupVersion: `${second}/${third}`, resources })
    }
    if (steps.length === 4 && fourth === "canary") {
      return json(200, { kind: "Status", apiVersion: "v1", message: words({ mark: third.slice(1), leaf }) })
    }
  }
  return { status: 404, type: "text/plain", body: "404 page not found\n" }
}

const review = (body: string, about: CanaryAnswer): CanaryResponse => {
  const parsed = Option.getOrUndefined(Result.getSuccess(Result.try((): unknown => JSON.parse(body))))
  const uid = text(parsed, "request", "uid")
  const { apiVersion, kind } = { apiVersion: text(parsed, "apiVersion"), kind: text(parsed, "kind") }
  const message = words(about)
  if (uid === "" || !/^[\w./-]{1,100}$/.test(apiVersion)) {
    return { status: 400, type: "text/plain", body: "this is no review of an API server\n" }
  }
  switch (kind) {
    case "AdmissionReview":
      return json(200, {
        apiVersion,
        kind,
        response: { uid, allowed: false, status: { status: "Failure", code: 403, message } }
      })
    case "ConversionReview":
      return json(200, {
        apiVersion,
        kind,
        response: { uid, convertedObjects: [], result: { status: "Failure", message } }
      })
    default:
      return { status: 400, type: "text/plain", body: "this is no review of an API server\n" }
  }
}

const json = (status: number, body: unknown): CanaryResponse => ({
  status,
  type: "application/json",
  body: JSON.stringify(body)
})
