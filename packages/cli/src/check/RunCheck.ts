/**
 * The work of `holdfast check`.
 *
 * @since 0.1.0
 */
import * as Kubeconfig from "@holdfast/k8s-adapter/Kubeconfig"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as WebhookProbe from "@holdfast/k8s-adapter/WebhookProbe"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { clientOptions } from "../Connection.ts"
import type { Run } from "../commandline/Command.ts"
import type { checkFlags } from "../commands/Check.ts"
import { execute } from "../Execute.ts"
import * as ExitCode from "../ExitCode.ts"
import * as Documents from "../output/Documents.ts"
import * as Paint from "../output/Paint.ts"
import { audit, probeKey } from "./Audit.ts"
import * as CheckText from "./CheckText.ts"
import { connection } from "./Connection.ts"
import { isSound } from "./Finding.ts"
import * as Snapshot from "./Snapshot.ts"

/** A dry run through each webhook where one is possible; what is not permitted is left to the other checks. */
const probes = Effect.fnUntraced(function* (snapshot: Snapshot.Snapshot) {
  const found = yield* Effect.forEach(
    snapshot.configurations.flatMap(WebhookProbe.targetsOf),
    (target) =>
      WebhookProbe.probe(target).pipe(
        Effect.map((probe) => [
          [probeKey(target.configuration.kind, target.configuration.name, target.webhook), probe] as const
        ]),
        Effect.catch(() => Effect.succeed([]))
      ),
    { concurrency: 4 }
  )
  return new Map(found.flat())
})

/**
 * Audits a cluster; the exit code is 1 when something is broken.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof checkFlags> = async ({ flags, host }) => {
  let sound = true
  const program = Effect.gen(function* () {
    const options = clientOptions(flags, host)
    const times = { now: new Date(yield* Clock.currentTimeMillis), warnBefore: flags.warnBefore ?? 30 * 86_400_000 }
    const kubeconfig = yield* Kubeconfig.load(options)
    const own = yield* connection(kubeconfig, times)
    const audited = Effect.gen(function* () {
      const snapshot = yield* Snapshot.read
      return audit(snapshot, flags.probe === false ? new Map() : yield* probes(snapshot), times)
    })
    const rest = flags.pre === true ? [] : yield* Effect.provide(audited, KubernetesClient.layer(options))
    const categories = [own, ...rest]
    sound = isSound(categories)
    const paint = Paint.make(Paint.wanted(host, host.stdout))
    host.stdout.write(
      flags.output === "json"
        ? Documents.render(CheckText.toJson(categories), "json")
        : CheckText.render(categories, paint, flags.output === "short")
    )
  })
  const code = await execute(host, flags, program)
  return code === 0 && !sound ? ExitCode.of("failure") : code
}
