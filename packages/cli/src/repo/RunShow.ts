/**
 * The work of `holdfast repo show`.
 *
 * @since 0.1.0
 */
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { clientOptions } from "../Connection.ts"
import type { Run } from "../commandline/Command.ts"
import type { repoShowFlags } from "../commands/repo/Show.ts"
import { execute } from "../Execute.ts"
import { nameOperand } from "./Operands.ts"
import * as PackageRepository from "./PackageRepository.ts"
import * as RepositoryText from "./RepositoryText.ts"

/**
 * Shows a repository.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof repoShowFlags> = ({ flags, host, arguments: operands }) =>
  execute(
    host,
    {},
    Effect.gen(function* () {
      const name = yield* nameOperand("repo show", operands)
      const work = Effect.gen(function* () {
        const [repository] = yield* PackageRepository.read([name])
        if (repository === undefined) return
        const text = RepositoryText.forPrograms(repository, flags.output)
        const packages = text === undefined ? yield* PackageRepository.packages : []
        const now = yield* Clock.currentTimeMillis
        const columns = host.stdout.isTerminal ? host.stdout.columns() : Number.POSITIVE_INFINITY
        host.stdout.write(text ?? RepositoryText.detail(repository, { now, packages, columns }))
      })
      yield* Effect.provide(work, KubernetesClient.layer(clientOptions(flags, host)))
    })
  )
