/** A flaky call under a policy, its retries told as they happen, and its end told apart by tag. */
import * as Classification from "@holdfast/retry-core/Classification"
import { retry } from "@holdfast/retry-core/Retry"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"

class Busy extends Data.TaggedError("Busy")<{ readonly queue: number }> {}
class Refused extends Data.TaggedError("Refused") {}

let queue = 3
const order: Effect.Effect<string, Busy | Refused> = Effect.suspend(() =>
  queue-- > 0 ? Effect.fail(new Busy({ queue })) : Effect.succeed("ordered")
)

const program = retry(order, {
  name: "order",
  classify: (error) => (error._tag === "Busy" ? Classification.transient({ kind: "busy" }) : Classification.permanent),
  policy: RetryPolicy.make({ baseDelay: "10 millis", maxDelay: "50 millis", deadline: "2 seconds" }),
  onEvent: (event) =>
    event._tag === "AttemptFailed"
      ? Console.log(`attempt ${event.attempt.number} failed: ${event.error._tag}`)
      : undefined
}).pipe(
  Effect.catchTag("DeadlineExceeded", (error) => Effect.succeed(`gave up after ${error.history.total} attempts`)),
  Effect.flatMap(Console.log)
)

await Effect.runPromise(program)
