import type { IncomingMessage } from "node:http"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Result from "effect/Result"
import * as AdmissionReview from "../../admission/AdmissionReview.ts"
import * as CanaryAnswer from "../../target/CanaryAnswer.ts"

export type Handler = (request: AdmissionReview.AdmissionRequest) => Effect.Effect<AdmissionReview.Verdict>

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

const plain = (status: number, body: string): Answer => ({
  status,
  type: "text/plain; charset=utf-8",
  body: `${body}\n`
})

/** Reads a request, has its handler decide, and makes the answer. Never fails. */
export const respond = Effect.fnUntraced(function* (
  request: IncomingMessage,
  handlers: Readonly<Record<string, Handler>>,
  maxBodyBytes: number
) {
  const [path = "", query = ""] = (request.url ?? "").split("?", 2)
  const handler = Object.hasOwn(handlers, path) ? handlers[path] : undefined
  // Paths that nobody serves must not make labels without end.
  if (handler === undefined) return plain(404, "no webhook is served here")
  const startedAt = yield* Clock.monotonicTimeNanos
  const labels = { webhook: path }
  const inHand = Metric.withAttributes(inFlight, labels)
  const answer = yield* Effect.acquireUseRelease(
    Metric.modify(inHand, 1),
    () => decide(request, handler, maxBodyBytes, timeoutOf(query)),
    () => Metric.modify(inHand, -1)
  )
  yield* Metric.update(Metric.withAttributes(requests, { ...labels, code: String(answer.status) }), 1)
  yield* Metric.update(
    Metric.withAttributes(latency, labels),
    Number((yield* Clock.monotonicTimeNanos) - startedAt) / 1e9
  )
  return answer
})

/** Reads a request to a canary and has it answered. Never fails. */
export const respondAsCanary = Effect.fnUntraced(function* (
  request: IncomingMessage,
  /** The fingerprint of the leaf that was presented. */
  leaf: string,
  maxBodyBytes: number
) {
  const body = yield* Effect.result(readBody(request, maxBodyBytes))
  if (Result.isFailure(body)) return body.failure
  const { method = "", url = "" } = request
  return CanaryAnswer.answer({ method, path: url, body: body.success, leaf })
})

const decide = Effect.fnUntraced(function* (
  request: IncomingMessage,
  handler: Handler,
  maxBodyBytes: number,
  timeout: number
) {
  if (request.method !== "POST") return plain(405, "an AdmissionReview is sent by POST")
  if (request.headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() !== "application/json") {
    return plain(415, "an AdmissionReview is sent as application/json")
  }
  const body = yield* Effect.result(readBody(request, maxBodyBytes))
  if (Result.isFailure(body)) return body.failure
  const review = AdmissionReview.decode(body.success)
  if (Result.isFailure(review)) return plain(400, review.failure.message)
  const { kind, name, namespace, operation, uid } = review.success
  return yield* handler(review.success).pipe(
    Effect.map(
      (verdict): Answer => ({ status: 200, type: "application/json", body: AdmissionReview.encode(uid, verdict) })
    ),
    Effect.timeoutOrElse({
      duration: timeout,
      orElse: () => Effect.as(Effect.logError("the handler took too long"), plain(500, "the handler took too long"))
    }),
    // A defect is not a denial: with 500 the API server goes by the webhook's failurePolicy.
    Effect.catchCause((cause) =>
      Cause.hasInterrupts(cause)
        ? Effect.failCause(cause)
        : Effect.as(Effect.logError("the handler hit a defect", cause), plain(500, "the handler hit a defect"))
    ),
    Effect.withSpan("admission", { attributes: { operation, kind: kind.kind } }),
    Effect.annotateLogs({ operation, kind: kind.kind, name, ...(namespace !== undefined && { namespace }) })
  )
})

/** The API server tells how long it waits, as in `?timeout=10s`; the answer has to be there a little before. */
const timeoutOf = (query: string): number => {
  const seconds = Number(/^(\d{1,3})s$/.exec(new URLSearchParams(query).get("timeout") ?? "")?.[1] ?? 10)
  return Math.max(500, Math.min(seconds, 30) * 1000 - 500)
}

const readBody = (request: IncomingMessage, maxBytes: number): Effect.Effect<string, Answer> =>
  Effect.callback<string, Answer>((resume) => {
    const tooLarge = () => resume(Effect.fail(plain(413, `the body is larger than ${maxBytes} bytes`)))
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) return tooLarge()
    const chunks: Array<Buffer> = []
    let size = 0
    request.on("data", (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) return void chunks.push(chunk)
      chunks.length = 0
      request.pause()
      tooLarge()
    })
    request.on("end", () => resume(Effect.succeed(Buffer.concat(chunks).toString("utf8"))))
    request.on("error", () => resume(Effect.fail(plain(400, "the body broke off"))))
  })

const requests = Metric.counter("controller_runtime_webhook_requests_total", {
  description: "Admission requests by webhook and HTTP status",
  incremental: true
})
const latency = Metric.histogram("controller_runtime_webhook_latency_seconds", {
  description: "Time that an admission request takes",
  boundaries: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
})
const inFlight = Metric.gauge("controller_runtime_webhook_requests_in_flight", {
  description: "Admission requests in hand"
})
