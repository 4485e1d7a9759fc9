/**
 * The work of `holdfast repo remove`.
 *
 * @since 0.1.0
 */
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { format, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Wait from "@holdfast/k8s-adapter/Wait"
import * as Effect from "effect/Effect"
import { clientOptions } from "../Connection.ts"
import type { Run } from "../commandline/Command.ts"
import type { repoRemoveFlags } from "../commands/repo/Remove.ts"
import { execute } from "../Execute.ts"
import { CommandError } from "../output/CommandError.ts"
import { confirm } from "../output/Confirm.ts"
import { objectName } from "../output/Objects.ts"
import * as WaitTelling from "../output/WaitTelling.ts"
import * as Patience from "../Patience.ts"
import { nameOperand } from "./Operands.ts"
import * as PackageRepository from "./PackageRepository.ts"

/**
 * Removes repositories, one after the other. The Secret of a login goes with its owner.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof repoRemoveFlags> = ({ flags, host, arguments: operands }) => {
  const program = Effect.gen(function* () {
    yield* nameOperand("repo remove", operands)
    const work = Effect.gen(function* () {
      const client = yield* KubernetesClient
      // A name that is wrong is told before any other is removed.
      const repositories = yield* PackageRepository.read(operands)
      const names = repositories.map(({ metadata }) => metadata.name).join(", ")
      if (flags.yes !== true && !(yield* confirm(host, `Remove ${names} from ${client.server}?`))) {
        return yield* new CommandError({
          exit: "failure",
          detail: "stopped: nothing was changed",
          hint: "Answer y, or give --yes."
        })
      }
      const patience = yield* Patience.make(flags, host)
      const onProgress = yield* WaitTelling.onProgress
      for (const repository of repositories) {
        const ref = toRef(repository)
        yield* patience.run(format(ref), client.delete(ref)).pipe(Effect.catchTag("NotFound", () => Effect.void))
        if (flags.wait !== false) yield* Wait.gone(ref, { deadline: flags.timeout ?? 120_000, onProgress })
        host.stdout.write(`${objectName(ref)}${flags.output === "name" ? "" : " deleted"}\n`)
      }
    })
    yield* Effect.provide(work, KubernetesClient.layer(clientOptions(flags, host)))
  })
  return execute(host, flags, program)
}
