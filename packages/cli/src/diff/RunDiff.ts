/**
 * The work of `holdfast diff`.
 *
 * @since 0.1.0
 */
import * as Diff from "@holdfast/k8s-adapter/Diff"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Effect from "effect/Effect"
import * as Reachability from "../apply/Reachability.ts"
import { readNamed } from "../apply/ReadManifests.ts"
import { clientOptions } from "../Connection.ts"
import type { Run } from "../commandline/Command.ts"
import type { Values } from "../commandline/Flag.ts"
import type { diffFlags } from "../commands/Diff.ts"
import { execute } from "../Execute.ts"
import * as ExitCode from "../ExitCode.ts"
import type { Host } from "../Host.ts"
import * as DiffText from "../output/DiffText.ts"
import * as Documents from "../output/Documents.ts"
import * as Objects from "../output/Objects.ts"
import * as Paint from "../output/Paint.ts"
import { impatient, readPolicy } from "../RetryFlags.ts"

const render = (
  differences: ReadonlyArray<Diff.Difference>,
  output: Values<typeof diffFlags>["output"],
  host: Host
): string => {
  switch (output) {
    case "json":
    case "yaml":
      return Documents.render(differences, output)
    case "name":
      return differences.map(({ ref }) => `${Objects.objectName(ref)}\n`).join("")
    default:
      return DiffText.render(differences, Paint.make(Paint.wanted(host, host.stdout)))
  }
}

/**
 * Compares manifests with a cluster; the exit code is that of `kubectl diff`.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof diffFlags> = async ({ flags, host }) => {
  let differs = false
  const program = Effect.gen(function* () {
    const policy = yield* readPolicy(flags, host)
    const objects = yield* readNamed(flags, host, { command: "diff", verb: "compare" })
    const all = yield* Diff.diff(objects, {
      policy: impatient(policy),
      // A question changes nothing: no pod is nudged for it.
      nudge: false,
      fieldManager: flags.fieldManager,
      force: flags.forceConflicts,
      classify: Reachability.make().classify
    }).pipe(Effect.provide(KubernetesClient.layer(clientOptions(flags, host))))
    const differences = all.filter(({ outcome }) => outcome !== "unchanged")
    differs = differences.length > 0
    host.stdout.write(render(differences, flags.output, host))
  })
  const code = await execute(host, flags, program)
  if (code === ExitCode.of("failure")) return ExitCode.of("trouble")
  return code === 0 && differs ? ExitCode.of("failure") : code
}
