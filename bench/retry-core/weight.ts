/**
 * What a contender adds to a program: bytes of a bundle, milliseconds of its start.
 */
import { spawnSync } from "node:child_process"
import { gzipSync } from "node:zlib"
import { rolldown } from "rolldown"

/** What a user imports to have one retry. A loop by hand weighs nothing. */
const imports: Readonly<Record<string, readonly [module: string, name: string]>> = {
  holdfast: ["@holdfast/retry-core/promise", "retry"],
  "p-retry": ["p-retry", "default"],
  cockatiel: ["cockatiel", "retry"],
  "exponential-backoff": ["exponential-backoff", "backOff"],
  "Effect.retry": ["effect/Effect", "retry"]
}

export const bundledSize = async (contender: string): Promise<number> => {
  const [module, name] = imports[contender] ?? []
  if (module === undefined) return 0
  const entry = "virtual:entry"
  const bundle = await rolldown({
    input: entry,
    platform: "node",
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? `export { ${name} as it } from ${JSON.stringify(module)}` : undefined)
      }
    ],
    cwd: import.meta.dirname
  })
  const { output } = await bundle.generate({ minify: true, format: "esm" })
  await bundle.close()
  return gzipSync(output.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("")).length
}

/** Milliseconds that an import takes in a fresh process, several times. */
export const importTime = (contender: string): ReadonlyArray<number> => {
  // The published files: types need not be stripped from them.
  const module = contender === "holdfast" ? "../../packages/retry-core/dist/promise.js" : imports[contender]?.[0]
  if (module === undefined) return [0]
  const program = `const t = performance.now(); await import(${JSON.stringify(module)}); console.log(performance.now() - t)`
  return Array.from({ length: 7 }, () => {
    const { stderr, stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: import.meta.dirname,
      encoding: "utf8"
    })
    if (stdout === "") throw new Error(stderr)
    return Number(stdout)
  })
}
