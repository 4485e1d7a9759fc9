import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { ContainerRuntime, Controllers, KubeApiserver, PodNetwork } from "@holdfast/testkit"
import { Effect } from "effect"
import { temporaryFolder } from "./bundle.ts"

const folder = fileURLToPath(new URL("../../../operator/", import.meta.url))

/** The operator's manifest, as it is delivered. */
export const manifest = join(folder, "deploy/holdfast.yaml")

const image = /image: "?([^"\s]+)"?/.exec(readFileSync(manifest, "utf8"))?.[1] ?? ""

/** The operator's program, built from what is there. */
const build = Effect.sync(() => {
  const alone = temporaryFolder()
  const rolldown = join(folder, "node_modules/rolldown/bin/cli.mjs")
  execFileSync(process.execPath, [rolldown, "-c", "rolldown.config.ts", "-o", join(alone, "operator.mjs")], {
    cwd: folder,
    stdio: "pipe"
  })
  return join(alone, "operator.mjs")
})

/** A real API server, on which the pods of the operator's manifest are processes that run the operator. */
export const realOperator = Effect.gen(function* () {
  const module = yield* build
  const network = yield* PodNetwork.make
  const cluster = yield* KubeApiserver.make({ network })
  const runtime = yield* ContainerRuntime.make({ cluster, network, images: { [image]: { module } } })
  yield* Controllers.run(cluster, { runtime })
  return { cluster, runtime }
})
