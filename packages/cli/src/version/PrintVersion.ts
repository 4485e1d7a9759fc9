/**
 * The work of `holdfast version`.
 *
 * @since 0.1.0
 */
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Effect from "effect/Effect"
import { clientOptions } from "../Connection.ts"
import type { Run } from "../commandline/Command.ts"
import type { versionFlags } from "../commands/Version.ts"
import { execute } from "../Execute.ts"
import * as Documents from "../output/Documents.ts"
import { version } from "../Version.ts"

interface Versions {
  readonly clientVersion: string
  readonly nodeVersion: string
  readonly serverVersion?: string
}

const text = ({ clientVersion, serverVersion }: Versions): string =>
  `Client version: ${clientVersion}\n${serverVersion === undefined ? "" : `Server version: ${serverVersion}\n`}`

/**
 * Prints the versions. Where no server answers, its own is printed all the same before the failure is told, as kubectl
 * does.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof versionFlags> = ({ flags, host }) => {
  const print = (versions: Versions) =>
    Effect.sync(() =>
      host.stdout.write(flags.output === undefined ? text(versions) : Documents.render(versions, flags.output))
    )
  const own: Versions = { clientVersion: version, nodeVersion: process.version }
  const program = Effect.gen(function* () {
    if (flags.client === true) {
      yield* print(own)
      return
    }
    const { gitVersion } = yield* Effect.flatMap(KubernetesClient, (client) => client.version).pipe(
      Effect.provide(KubernetesClient.layer(clientOptions(flags, host))),
      Effect.tapError(() => print(own))
    )
    yield* print({ ...own, serverVersion: gitVersion })
  })
  return execute(host, {}, program)
}
