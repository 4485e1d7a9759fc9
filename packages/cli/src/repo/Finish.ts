/**
 * The end of every command that writes a repository: wait for its controller's word, and print what was done.
 *
 * @since 0.1.0
 */
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { format, type KubernetesObject, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import { awaitRepository } from "../bootstrap/AwaitRepository.ts"
import type { Values } from "../commandline/Flag.ts"
import type { changeFlags } from "../commands/repo/Add.ts"
import type { Host } from "../Host.ts"
import * as Objects from "../output/Objects.ts"
import type { Patience } from "../Patience.ts"
import * as PackageRepository from "./PackageRepository.ts"

/**
 * Waits unless it is not wanted, and prints the repository as it is then; where it does not become Ready, that is told
 * after it was printed.
 *
 * @category operations
 * @since 0.1.0
 */
export const finish = Effect.fnUntraced(function* (
  repository: KubernetesObject,
  options: {
    readonly result: string
    readonly flags: Values<typeof changeFlags>
    readonly host: Host
    readonly patience: Patience
    /** Whether there is anything that its controller would look at. */
    readonly wait: boolean
  }
) {
  const { flags, host, patience, result } = options
  const client = yield* KubernetesClient
  const ref = toRef(repository)
  const wait =
    options.wait && flags.wait !== false
      ? Effect.asVoid(awaitRepository(ref, flags.timeout ?? 120_000, PackageRepository.ready))
      : Effect.void
  const print = Effect.gen(function* () {
    // With its status as it has become, where that is wanted.
    const isWhole = flags.output === "json" || flags.output === "yaml"
    const live = isWhole ? yield* Effect.catch(client.get(ref), () => Effect.succeed(repository)) : repository
    const attempts = patience.attemptsOf(format(ref))
    host.stdout.write(
      Objects.render([{ ref, result, attempts, object: PackageRepository.presentable(live) }], flags.output)
    )
  })
  yield* wait.pipe(Effect.tapError(() => print))
  yield* print
})
