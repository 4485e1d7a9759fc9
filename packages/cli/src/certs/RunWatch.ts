/**
 * The work of `holdfast certs watch`.
 *
 * @since 0.1.0
 */

import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { type KubernetesObject, key, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { clientOptions } from "../Connection.ts"
import type { Run } from "../commandline/Command.ts"
import type { certsWatchFlags } from "../commands/certs/Watch.ts"
import { execute } from "../Execute.ts"
import type { Host } from "../Host.ts"
import { needsOperator } from "../NeedsOperator.ts"
import { CommandError } from "../output/CommandError.ts"
import * as Paint from "../output/Paint.ts"
import { tell } from "../output/Progress.ts"
import type { ProgressLine } from "../output/ProgressEvent.ts"
import { paintLine } from "../output/ProgressText.ts"
import { clean, wrap } from "../output/TextWidth.ts"
import * as RotationNews from "./RotationNews.ts"
import * as WebhookCertificate from "./WebhookCertificate.ts"

/** Everything that is told of the rotations that were seen, a line each. */
const teller = (host: Host, isJson: boolean) => {
  const paint = Paint.make(Paint.wanted(host, host.stdout))
  const known = new Map<string, WebhookCertificate.Status>()
  const write = (subject: string, time: string, lines: ReadonlyArray<ProgressLine>) => {
    const columns = host.stdout.isTerminal ? Math.max(40, host.stdout.columns()) : Number.POSITIVE_INFINITY
    for (const { mark, text } of lines) {
      const [head = "", ...more] = wrap(clean(`${time} ${subject}: ${text}`), columns - 2)
      host.stdout.write([paintLine({ mark, text: head }, paint), ...more.map((line) => `  ${line}`), ""].join("\n"))
    }
  }
  const nameOf = ({ metadata }: KubernetesObject) => `${metadata.namespace}/${metadata.name}`
  const json = (object: KubernetesObject, time: string, deleted: boolean) => {
    const { name, namespace } = object.metadata
    const status = deleted ? { deleted } : { status: object["status"] ?? {} }
    host.stdout.write(`${JSON.stringify({ time, namespace, name, ...status })}\n`)
  }
  return {
    seen: (object: KubernetesObject, now: string) => {
      const id = key(toRef(object))
      const before = known.get(id)
      const after = WebhookCertificate.statusOf(object)
      known.set(id, after)
      if (isJson) return json(object, now, false)
      const waiting = RotationNews.waiting(after)
      const isNews = waiting !== undefined && (before === undefined || RotationNews.waiting(before) !== waiting)
      const silent: ReadonlyArray<ProgressLine> =
        before === undefined && after.phase === ""
          ? [{ mark: "warning", text: "no operator has said anything about it yet" }]
          : []
      write(nameOf(object), now.slice(11, 19), [
        ...RotationNews.news(before, after),
        ...silent,
        ...(isNews ? [{ mark: "note", text: `waiting for ${waiting}` } as const] : [])
      ])
    },
    gone: (object: KubernetesObject, now: string) => {
      known.delete(key(toRef(object)))
      if (isJson) json(object, now, true)
      else write(nameOf(object), now.slice(11, 19), [{ mark: "note", text: "it was deleted" }])
    }
  }
}

/**
 * Follows rotations until Ctrl-C, or until nobody reads any more.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof certsWatchFlags> = ({ flags, host, arguments: [name] }) => {
  const work = Effect.gen(function* () {
    const client = yield* KubernetesClient
    const { seen, gone } = teller(host, flags.output === "json")
    const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis).toISOString())
    const namespace = flags.namespace ?? (name === undefined ? undefined : client.namespace)
    const query = {
      ...WebhookCertificate.kind,
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name })
    }
    const absent = new CommandError({
      exit: "failure",
      detail: `there is no WebhookCertificate ${JSON.stringify(name)} in the namespace ${namespace}`,
      hint: "Check name, -n and context."
    })
    yield* needsOperator(
      "WebhookCertificate",
      client.watch(query).pipe(
        Stream.runForEachWhile(
          Effect.fnUntraced(function* (event) {
            switch (event._tag) {
              case "Added":
              case "Modified":
                seen(event.object, yield* now)
                break
              case "Deleted":
                gone(event.object, yield* now)
                break
              case "Listed":
                if (name !== undefined && event.objects.length === 0) return yield* absent
                if (event.objects.length === 0) yield* tell({ type: "Note", text: "there are no WebhookCertificates" })
                return flags.once !== true
              case "Reconnecting":
                if (event.error !== undefined) yield* tell({ type: "Warning", text: event.error.message })
                break
              default:
            }
            return !host.stdout.isClosed()
          })
        )
      )
    )
  })
  return execute(host, flags, Effect.provide(work, KubernetesClient.layer(clientOptions(flags, host))))
}
