/**
 * The work of `holdfast certs rotate`.
 *
 * @since 0.1.0
 */

import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { format, type KubernetesObject, type ObjectRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { clientOptions } from "../Connection.ts"
import type { Run } from "../commandline/Command.ts"
import type { certsRotateFlags } from "../commands/certs/Rotate.ts"
import { execute } from "../Execute.ts"
import { needsOperator } from "../NeedsOperator.ts"
import { CommandError } from "../output/CommandError.ts"
import * as Durations from "../output/Durations.ts"
import { objectName } from "../output/Objects.ts"
import { tell } from "../output/Progress.ts"
import type { ProgressEvent, ProgressLine } from "../output/ProgressEvent.ts"
import * as RotationNews from "./RotationNews.ts"
import * as WebhookCertificate from "./WebhookCertificate.ts"

/** How soon an operator that is there takes a request up. */
const promptly = "15 seconds"

const eventOf = ({ mark, text }: ProgressLine): ProgressEvent => {
  if (mark === "phase") return { type: "Phase", title: text }
  return { type: mark === "done" ? "Done" : mark === "note" ? "Note" : "Warning", text }
}

interface Asked {
  readonly ref: ObjectRef
  readonly request: WebhookCertificate.Request
  /** The text of the request. */
  readonly text: string
  /** The object before the request. */
  readonly before: KubernetesObject
}

/** What the operator is at. */
const reasonOf = ({ request, text }: Asked, status: WebhookCertificate.Status): string => {
  const { observed, phase, ready } = status
  if (observed[request] !== text) {
    const other = phase === "STABLE" || phase === "" ? "" : `, for another rotation is in ${phase}`
    return `the operator has not taken the request up${other}`
  }
  const wait = RotationNews.waiting(status)
  if (wait !== undefined) return `in ${phase} it waits for ${wait}`
  return ready.status === "False" ? `in ${phase}: ${ready.message}` : `it is in ${phase}`
}

/** How far a rotation is to be followed. */
type Goal = "served" | "retired"

/** All pods present the new certificate, and only time is left; or the CA of before is gone as well. */
const isReached = (goal: Goal, { phase, waitingFor }: WebhookCertificate.Status): boolean => {
  if (phase === "STABLE") return true
  if (goal === "retired") return false
  return phase === "RETIRE" || (phase === "DRAIN" && waitingFor?.what === "connections to end")
}

/** Follows a rotation until the operator has come so far with this very request. */
const follow = Effect.fnUntraced(function* (asked: Asked, goal: Goal, prefix: string, timeout: number) {
  const client = yield* KubernetesClient
  const { ref, request, text } = asked
  const name = format(ref)
  let status = WebhookCertificate.statusOf(asked.before)
  const isTakenUp = () => status.observed[request] === text
  const look = Effect.fnUntraced(function* (object: KubernetesObject) {
    const after = WebhookCertificate.statusOf(object)
    for (const line of RotationNews.news(status, after)) {
      yield* tell(eventOf({ ...line, text: `${prefix}${line.text}` }))
    }
    status = after
    yield* tell({ type: "Waiting", key: name, text: `${name}: ${reasonOf(asked, status)}` })
    return !(isTakenUp() && isReached(goal, status))
  })
  const silence = Effect.sleep(promptly).pipe(
    Effect.andThen(
      Effect.suspend(() =>
        isTakenUp()
          ? Effect.void
          : tell({
              type: "Warning",
              text: `${name}: ${reasonOf(asked, status)}; see with "holdfast status" whether it is running`
            })
      )
    )
  )
  yield* Effect.forkScoped(silence)
  const { name: only, ...kind } = ref
  yield* client.watch({ ...kind, name: only }).pipe(
    Stream.runForEachWhile((event) => {
      switch (event._tag) {
        case "Added":
        case "Modified":
          return look(event.object)
        case "Deleted":
          return Effect.fail(new CommandError({ exit: "failure", detail: `${name} was deleted meanwhile` }))
        default:
          return Effect.succeed(true)
      }
    }),
    Effect.timeoutOrElse({
      duration: timeout,
      orElse: () =>
        Effect.fail(
          new CommandError({
            exit: "timeout",
            detail: `the rotation of ${name} is not over: ${reasonOf(asked, status)}`,
            hint: `It goes on without us: follow it with "holdfast certs watch ${only} -n ${ref.namespace}".`
          })
        )
    })
  )
  yield* tell({ type: "Waiting", key: name, text: undefined })
}, Effect.scoped)

/**
 * Asks for rotations, and follows them when wanted.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof certsRotateFlags> = ({ flags, host, arguments: names }) => {
  const program = Effect.gen(function* () {
    if (names.length === 0 || names.includes("")) {
      return yield* new CommandError({
        exit: "usage",
        detail: "certs rotate needs the name of a WebhookCertificate",
        hint: 'See "holdfast certs rotate --help".'
      })
    }
    const request = flags.compromised === true ? "compromised" : "rotate"
    const work = Effect.gen(function* () {
      const client = yield* KubernetesClient
      const began = yield* Clock.currentTimeMillis
      const text = new Date(began).toISOString()
      const refs = [...new Set(names)].map((name) => ({
        ...WebhookCertificate.kind,
        name,
        namespace: client.namespace
      }))
      // A name that is wrong is told before any other is rotated.
      const found = yield* needsOperator(
        "WebhookCertificate",
        Effect.forEach(refs, (ref) => client.get(ref))
      )
      const asked = yield* Effect.forEach(refs, (ref, index) =>
        client
          .patch(ref, {
            type: "merge",
            body: { metadata: { annotations: { [WebhookCertificate.requests[request]]: text } } }
          })
          .pipe(Effect.as({ ref, request, text, before: found[index] as KubernetesObject } satisfies Asked))
      )
      const print = (ref: ObjectRef, words: string) =>
        Effect.sync(() => host.stdout.write(`${objectName(ref)}${flags.output === "name" ? "" : ` ${words}`}\n`))
      if (flags.wait === undefined) {
        yield* Effect.forEach(refs, (ref) => print(ref, "is asked to rotate"))
        return
      }
      const goal = request === "compromised" ? "retired" : flags.wait
      yield* Effect.forEach(
        asked,
        Effect.fnUntraced(function* (one) {
          yield* follow(one, goal, asked.length > 1 ? `${one.ref.name}: ` : "", flags.timeout ?? 600_000)
          const time = Durations.format((yield* Clock.currentTimeMillis) - began)
          yield* print(one.ref, goal === "served" ? `serves a new certificate after ${time}` : `rotated in ${time}`)
        }),
        { concurrency: "unbounded" }
      )
    })
    yield* Effect.provide(work, KubernetesClient.layer(clientOptions(flags, host)))
  })
  return execute(host, flags, program)
}
