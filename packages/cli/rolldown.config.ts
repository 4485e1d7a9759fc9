import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { defineConfig } from "rolldown"
import { singleFile } from "./scripts/singleFile.ts"

const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as { version: string }
const manifest = readFileSync(new URL("../operator/deploy/holdfast.yaml", import.meta.url), "utf8")

export default defineConfig({
  input: { holdfast: "src/main.ts" },
  platform: "node",
  tsconfig: false,
  // The package's build for Node is CommonJS, of which every part is kept, and run when it is loaded.
  resolve: { alias: { yaml: fileURLToPath(new URL("node_modules/yaml/browser/dist/index.js", import.meta.url)) } },
  transform: {
    define: { HOLDFAST_VERSION: JSON.stringify(version), HOLDFAST_MANIFEST: JSON.stringify(manifest) },
    target: "node22"
  },
  plugins: [singleFile()],
  output: {
    dir: "dist",
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name].mjs",
    format: "esm",
    minify: true,
    comments: { legal: true }
  }
})
