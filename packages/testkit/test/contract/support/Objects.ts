/** Objects that many tests need, and how to compare what comes back. */
import * as Effect from "effect/Effect"
import type { Answer, Json } from "./Api.ts"

export const configMap = (name: string, data: Record<string, string> = {}, metadata: Json = {}): Json => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...metadata },
  data
})

/** The part of an answer that says how a request failed. */
export const failure = ({ body, status }: Answer): Json => ({
  status,
  kind: body.kind,
  reason: body.reason,
  message: body.message,
  code: body.code
})

/** What {@link failure} gives for a Status. */
export const status = (code: number, reason: string | undefined, message: string): Json => ({
  status: code,
  kind: "Status",
  reason,
  message,
  code
})

/** Asks again until the answer is as wished, for what takes effect a moment later; dies after ten seconds. */
export const eventually = <A, R>(
  ask: Effect.Effect<A, never, R>,
  wished: (answer: A) => boolean
): Effect.Effect<A, never, R> => {
  let last: A
  const asking = Effect.gen(function* () {
    for (last = yield* ask; !wished(last); last = yield* ask) yield* Effect.sleep("20 millis")
    return last
  })
  return Effect.timeoutOrElse(asking, {
    duration: "10 seconds",
    orElse: () => Effect.die(new Error(`not as wished within ten seconds, but: ${JSON.stringify(last)}`))
  })
}
