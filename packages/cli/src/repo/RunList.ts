/**
 * The work of `holdfast repo list`.
 *
 * @since 0.1.0
 */
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { clientOptions } from "../Connection.ts"
import type { Run } from "../commandline/Command.ts"
import type { repoListFlags } from "../commands/repo/List.ts"
import { execute } from "../Execute.ts"
import * as PackageRepository from "./PackageRepository.ts"
import * as RepositoryText from "./RepositoryText.ts"

/**
 * Lists repositories.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof repoListFlags> = ({ flags, host }) =>
  execute(
    host,
    {},
    Effect.gen(function* () {
      const repositories = yield* PackageRepository.read([])
      const text = RepositoryText.forPrograms(repositories, flags.output)
      if (text === undefined && repositories.length === 0) {
        host.stderr.write('no package repositories; add one with "holdfast repo add NAME URL"\n')
        return
      }
      const now = yield* Clock.currentTimeMillis
      host.stdout.write(text ?? RepositoryText.table(repositories, { now, wide: flags.output === "wide" }))
    }).pipe(Effect.provide(KubernetesClient.layer(clientOptions(flags, host))))
  )
