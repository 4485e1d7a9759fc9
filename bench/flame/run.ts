/**
 * Profiles what a target asks most of, and draws where the time goes, for docs/performance.md:
 *
 *     npm run profile [-- apply one convergence]
 *
 * Each is built as it is published but for its names, which stay readable.
 */
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import { KubeApiserver } from "@holdfast/testkit"
import { Effect } from "effect"
import { type OutputOptions, type Plugin, type RolldownOptions, rolldown } from "rolldown"
import { stringify } from "yaml"
import { objects } from "../apply/objects.ts"
import { convergence } from "../operator/convergence.ts"
import { nodeFlags } from "../operator/lab.ts"
import { add, chunksOf, frame } from "./Profile.ts"
import { svg } from "./svg.ts"

const scratch = mkdtempSync(join(tmpdir(), "holdfast-profile-"))

/** Builds a package's program with readable names; gives its path. Chunks that it packs lie beside it, to look up lines. */
const readable = async (name: "cli" | "operator", program: string): Promise<string> => {
  const folder = fileURLToPath(new URL(`../../packages/${name}/`, import.meta.url))
  const { default: options }: { default: RolldownOptions } = await import(`${folder}rolldown.config.ts`)
  const file = join(scratch, name, program)
  const chunks: Plugin = {
    name: "chunks",
    generateBundle: (_, bundle) => {
      mkdirSync(chunksOf(file), { recursive: true })
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === "chunk") writeFileSync(join(chunksOf(file), chunk.fileName), chunk.code)
      }
    }
  }
  const { comments: _, file: __, ...output } = options.output as OutputOptions
  const bundle = await rolldown({ ...options, cwd: folder, plugins: [options.plugins, chunks] })
  await bundle.write({ ...output, dir: dirname(file), entryFileNames: program, minify: false })
  await bundle.close()
  return file
}

const profiling = (name: string, microseconds: number): ReadonlyArray<string> => [
  "--cpu-prof",
  `--cpu-prof-interval=${microseconds}`,
  `--cpu-prof-dir=${folderOf(name)}`
]
const folderOf = (name: string): string => {
  const folder = join(scratch, `${name}.profiles`)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** `holdfast apply` of some objects, so many times; the first run fills caches, and is not profiled. */
const apply = (
  name: string,
  runs: number,
  microseconds: number,
  make: (namespace: string) => ReadonlyArray<KubernetesObject>
) =>
  Effect.gen(function* () {
    const program = yield* Effect.promise(() => readable("cli", "holdfast.mjs"))
    const cluster = yield* KubeApiserver.make()
    const client = yield* KubernetesClient.make({ text: cluster.kubeconfig })
    const kubeconfig = join(scratch, "kubeconfig")
    writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 })
    for (let run = 0; run <= runs; run++) {
      const namespace = `run-${run}`
      yield* client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } })
      const file = join(scratch, "objects.yaml")
      writeFileSync(
        file,
        make(namespace)
          .map((object) => stringify(object))
          .join("---\n")
      )
      const words = [...(run === 0 ? [] : profiling(name, microseconds)), program, "apply", "-f", file]
      const { status, stderr } = spawnSync(process.execPath, words, {
        env: { ...process.env, KUBECONFIG: kubeconfig },
        encoding: "utf8"
      })
      if (status !== 0) throw new Error(stderr)
    }
  }).pipe(Effect.scoped)

const configMap = (namespace: string): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "one", namespace },
  data: { key: "value" }
})

const profiles: Readonly<Record<string, readonly [title: string, profile: Effect.Effect<unknown, unknown>]>> = {
  apply: ["holdfast apply of 1,000 mixed objects", apply("apply", 3, 200, (namespace) => objects(1000, namespace))],
  one: [
    "holdfast apply of one object, from the start of the process",
    apply("one", 20, 100, (namespace) => [configMap(namespace)])
  ],
  convergence: [
    "operator: 10,000 PackageRepositories and 1,000 targets at its start",
    Effect.gen(function* () {
      const program = yield* Effect.promise(() => readable("operator", "operator.mjs"))
      const words = [...nodeFlags(), ...profiling("convergence", 1000), program]
      return yield* convergence({ repositories: 10_000, webhooks: 10, targets: 100, words })
    })
  ]
}

const wanted = process.argv.slice(2)
const unknown = wanted.find((name) => !(name in profiles))
if (unknown !== undefined) {
  console.error(`there is no profile "${unknown}": choose of ${Object.keys(profiles).join(", ")}`)
  process.exit(64)
}
for (const [name, [title, profile]] of Object.entries(profiles)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  await Effect.runPromise(profile)
  const root = frame(title, "engine")
  const files = readdirSync(folderOf(name))
  for (const file of files) add(root, JSON.parse(readFileSync(join(folderOf(name), file), "utf8")))
  const out = fileURLToPath(new URL(`../../docs/public/flame-${name}.svg`, import.meta.url))
  writeFileSync(out, svg(root, `${title} (${files.length} × ${Math.round(root.time / 1000 / files.length)} ms of CPU)`))
  console.log(`${out}: ${title}`)
}
process.exit()
