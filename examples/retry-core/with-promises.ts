/** The same without Effect: a function, options, and an AbortSignal that ends the wait at once. */
import * as Classification from "@holdfast/retry-core/Classification"
import { retry } from "@holdfast/retry-core/promise"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"

const policy = RetryPolicy.make({ baseDelay: "10 millis", maxDelay: "50 millis" })
const classify = (error: unknown) =>
  error instanceof Error && error.message === "busy"
    ? Classification.transient({ kind: "busy" })
    : Classification.permanent

const answer = await retry(
  async ({ attempt }) => {
    if (attempt < 3) throw new Error("busy")
    return `answered at attempt ${attempt}`
  },
  { classify, policy }
)
console.log(answer)

const stop = new AbortController()
setTimeout(() => stop.abort(new Error("the user went home")), 30)
await retry(() => Promise.reject(new Error("busy")), { classify, policy, signal: stop.signal }).catch((error: Error) =>
  console.log(`stopped: ${error.message}`)
)
