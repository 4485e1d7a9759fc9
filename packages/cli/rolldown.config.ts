import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { defineConfig } from "rolldown"
import { eager } from "./scripts/eager.ts"
import { oneChunk } from "./scripts/oneChunk.ts"
import { singleFile } from "./scripts/singleFile.ts"

const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as { version: string }
const manifest = readFileSync(new URL("../operator/deploy/holdfast.yaml", import.meta.url), "utf8")

const cluster = oneChunk("cluster", { entry: "cli/src/main.ts", module: "cli/src/apply/RunApply.ts" })

export default defineConfig({
  input: { holdfast: "src/main.ts" },
  platform: "node",
  tsconfig: false,
  resolve: { alias: { yaml: fileURLToPath(new URL("scripts/yamlOnUse.cjs", import.meta.url)) } },
  transform: {
    define: { HOLDFAST_VERSION: JSON.stringify(version), HOLDFAST_MANIFEST: JSON.stringify(manifest) },
    target: "node22"
  },
  plugins: [cluster.plugin, eager(), singleFile()],
  // What is loaded on use is not compiled before.
  optimization: { pifeForModuleWrappers: false },
  preserveEntrySignatures: "allow-extension",
  output: {
    codeSplitting: { groups: [cluster.group] },
    dir: "dist",
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name].mjs",
    format: "esm",
    minify: true,
    comments: { legal: true }
  }
})
