/**
 * The work of `holdfast status`.
 *
 * @since 0.1.0
 */
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { clientOptions } from "../Connection.ts"
import * as CheckText from "../check/CheckText.ts"
import { type Category, isSound } from "../check/Finding.ts"
import type { Run } from "../commandline/Command.ts"
import type { statusFlags } from "../commands/Status.ts"
import { execute } from "../Execute.ts"
import * as ExitCode from "../ExitCode.ts"
import * as Documents from "../output/Documents.ts"
import * as Paint from "../output/Paint.ts"
import * as Installation from "./Installation.ts"
import * as Managed from "./Managed.ts"

const look = Effect.fnUntraced(function* (probe: boolean) {
  const client = yield* KubernetesClient
  const { gitVersion } = yield* client.version
  const now = new Date(yield* Clock.currentTimeMillis)
  const installation = yield* Installation.read
  const categories: ReadonlyArray<Category> = [
    {
      name: "Cluster",
      findings: [{ subject: client.server, result: "success", detail: `it answers, Kubernetes ${gitVersion}` }]
    },
    { name: "Installed", findings: Installation.recordedFindings(installation) },
    { name: "Workloads", findings: Installation.workloadFindings(installation) },
    { name: "Webhooks", findings: probe ? yield* Installation.webhookFindings(installation) : [] },
    { name: "Rotations", findings: yield* Managed.rotationFindings(now) },
    { name: "Repositories", findings: yield* Managed.repositoryFindings }
  ]
  return categories.filter(({ findings }) => findings.length > 0)
})

/**
 * Tells the status; the exit code is 1 when something is not well.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof statusFlags> = async ({ flags, host }) => {
  let sound = true
  const program = Effect.gen(function* () {
    const categories = yield* look(flags.probe !== false)
    sound = isSound(categories)
    const view = {
      paint: Paint.make(Paint.wanted(host, host.stdout)),
      columns: host.stdout.isTerminal ? Math.max(40, host.stdout.columns()) : Number.POSITIVE_INFINITY
    }
    host.stdout.write(
      flags.output === "json"
        ? Documents.render(CheckText.toJson(categories), "json")
        : CheckText.render(categories, view, flags.output === "short")
    )
  })
  const code = await execute(host, flags, Effect.provide(program, KubernetesClient.layer(clientOptions(flags, host))))
  return code === 0 && !sound ? ExitCode.of("failure") : code
}
