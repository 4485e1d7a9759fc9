/**
 * What the program costs before it works: `holdfast --version` and `--help`, and an apply of one object on a real API
 * server, beside a bare `node -e 0` and beside kubectl. One run of each in turn, so that what the machine does beside
 * them hits all; Node's compile cache is warm, as it is from the second run on.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { KubeApiserver, KubeBinaries } from "@holdfast/testkit"
import { Effect, Option } from "effect"
import { compare, type Row } from "./src/Row.ts"
import { flags, report } from "./src/report.ts"

const { rounds } = flags({ rounds: 25 })
const holdfast = fileURLToPath(new URL("../packages/cli/dist/holdfast.mjs", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"))

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

type Command = readonly [program: string, ...words: ReadonlyArray<string>]

/** Every command's times, in turns; each has to succeed. */
const inTurns = <Name extends string>(commands: Readonly<Record<Name, Command>>, env: NodeJS.ProcessEnv) => {
  const names = Object.keys(commands) as Array<Name>
  const times = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Array<number>>
  // The first two rounds fill caches and are not counted.
  for (let round = -2; round < rounds; round++) {
    for (const name of names) {
      const [program, ...words] = commands[name]
      const began = performance.now()
      const { status, stderr } = spawnSync(program, words, { env: { ...process.env, ...env }, encoding: "utf8" })
      if (status !== 0) throw new Error(`${program} ${words.join(" ")}: ${stderr}`)
      if (round >= 0) times[name].push(performance.now() - began)
    }
  }
  return times
}

const unit = "ms"
const node = process.execPath
const bare: Command = [node, "-e", "0"]
const rows: Array<Row> = []
const leftOut: Array<string> = []
const binaries = Option.getOrUndefined(await Effect.runPromise(Effect.option(KubeBinaries.find)))
if (binaries?.kubectl === undefined) {
  leftOut.push("kubectl, apply: kube-apiserver or its kubectl is not there (npm run test:apiserver builds them)")
  const times = inTurns({ bare, version: [node, holdfast, "--version"], help: [node, holdfast, "apply", "--help"] }, {})
  const peer = { peer: times.bare, peerName: "node -e 0", unit, goal: 0.667 }
  rows.push(compare({ name: "--version", ours: times.version, ...peer }))
  rows.push(compare({ name: "apply --help", ours: times.help, ...peer }))
} else {
  const { kubectl } = binaries
  const manifest = file(
    "configmap.yaml",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n  namespace: default\ndata:\n  key: value\n"
  )
  const times = await Effect.runPromise(
    Effect.scoped(
      Effect.map(KubeApiserver.make(), (cluster) =>
        inTurns(
          {
            bare,
            version: [node, holdfast, "--version"],
            help: [node, holdfast, "apply", "--help"],
            kubectlVersion: [kubectl, "version", "--client"],
            apply: [node, holdfast, "apply", "-f", manifest],
            kubectlApply: [kubectl, "apply", "--server-side", "--force-conflicts", "-f", manifest]
          },
          { KUBECONFIG: file("kubeconfig", cluster.kubeconfig) }
        )
      )
    )
  )
  const started = { peer: times.bare, peerName: "node -e 0", unit, goal: 0.667 }
  const client = { peer: times.kubectlVersion, peerName: "kubectl version --client", unit }
  rows.push(
    compare({ name: "--version", ours: times.version, ...started }),
    compare({ name: "apply --help", ours: times.help, ...started }),
    compare({ name: "--version", ours: times.version, ...client }),
    compare({
      name: "apply of one object",
      ours: times.apply,
      peer: times.bare,
      peerName: "node -e 0",
      unit,
      goal: 0.334
    }),
    compare({
      name: "apply of one object",
      ours: times.apply,
      peer: times.kubectlApply,
      peerName: "kubectl apply",
      unit
    })
  )
}
report(rows, leftOut)
process.exit()
