/**
 * The work of `holdfast retry`.
 *
 * @since 0.1.0
 */
import { CertificateError } from "@holdfast/k8s-adapter/CertificateError"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as WakeSources from "@holdfast/k8s-adapter/WakeSources"
import * as Classification from "@holdfast/retry-core/Classification"
import { retry } from "@holdfast/retry-core/Retry"
import type { RetryPolicy } from "@holdfast/retry-core/RetryPolicy"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { clientOptions } from "../Connection.ts"
import type { Run } from "../commandline/Command.ts"
import type { retryCommandFlags } from "../commands/Retry.ts"
import { execute } from "../Execute.ts"
import { CommandError } from "../output/CommandError.ts"
import { tell } from "../output/Progress.ts"
import * as RetryTelling from "../output/RetryTelling.ts"
import { readPolicy } from "../RetryFlags.ts"
import * as ChildCommand from "./ChildCommand.ts"
import { type CommandFailed, fromOutput } from "./CommandFailed.ts"
import * as Replay from "./Replay.ts"

const classify =
  (policy: RetryPolicy): Classification.Classifier<CommandFailed | CommandError> =>
  (error) =>
    error._tag === "CommandFailed" && error.transient && error.sinceFirst < Duration.toMillis(policy.deadline)
      ? Classification.transient({ kind: error.reason ?? "transient", note: error.detail })
      : Classification.permanent

/** Watches what could end a failure, where a cluster is at hand; without one the backoff has to do. */
const wakeSources = (options: ReturnType<typeof clientOptions>) =>
  Effect.gen(function* () {
    const client = yield* Layer.build(KubernetesClient.layer(options))
    return yield* Effect.provide(WakeSources.make(), client)
  }).pipe(Effect.catch(() => Effect.succeed(undefined)))

/**
 * Runs a command until it succeeds, or fails for good. Exits as the command did.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof retryCommandFlags> = async (invocation) => {
  const { flags, host } = invocation
  const [program, ...rest] = invocation.arguments
  let exitCode = 0
  const work = Effect.gen(function* () {
    if (program === undefined) {
      return yield* new CommandError({
        exit: "usage",
        detail: "nothing to run: give a command after --",
        hint: 'See "holdfast retry --help".'
      })
    }
    const policy = yield* readPolicy(flags, host)
    const telling = yield* RetryTelling.make
    const input = host.stdin.isTerminal() ? undefined : Replay.make(host.stdin.bytes())
    const sources = flags.wake === false ? undefined : yield* wakeSources(clientOptions(flags, host))
    yield* tell({ type: "Began", subject: program })
    let firstFailure: number | undefined

    const attempt = Effect.gen(function* () {
      const { exitCode: code, standardError } = yield* ChildCommand.run([program, ...rest], host, input)
      exitCode = code
      if (code === 0) return
      const now = yield* Clock.currentTimeMillis
      firstFailure ??= now
      const failed = fromOutput({ command: program, exitCode: code, standardError, sinceFirst: now - firstFailure })
      const { reason, where, webhook, detail } = failed
      if (failed.transient && reason !== null && where !== null) {
        const error = new CertificateError({ reason, where, detail, ...(webhook === undefined ? {} : { webhook }) })
        yield* sources?.follow(error) ?? Effect.void
      }
      return yield* failed
    })
    yield* retry(attempt, {
      name: program,
      classify: classify(policy),
      // A command that runs is left to finish: the deadline counts from the first failure, and is seen to by `classify`.
      policy: {
        ...policy,
        deadline: Duration.infinity,
        attemptTimeout: flags.retryAttemptTimeout === undefined ? Duration.infinity : policy.attemptTimeout
      },
      wake: sources?.wake,
      logLevel: "Debug",
      onEvent: telling.onEvent(program)
    }).pipe(
      // What the command wrote has been seen already.
      Effect.catchTags({
        CommandFailed: () => Effect.void,
        AttemptsExhausted: (error) => (error.cause._tag === "CommandFailed" ? Effect.void : Effect.fail(error))
      })
    )
    const outcome = exitCode === 0 ? "succeeded" : `ended with ${exitCode}`
    yield* tell({ type: "Ended", subject: program, outcome, failed: exitCode !== 0 })
    return exitCode
  })
  return execute(host, { ...flags, title: "holdfast retry" }, work)
}
