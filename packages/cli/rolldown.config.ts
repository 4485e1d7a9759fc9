import { readFileSync } from "node:fs"
import { defineConfig } from "rolldown"

const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as { version: string }

/** One file that runs under plain `node`: imports made on use stay on use, as functions inside the same file. */
export default defineConfig({
  input: "src/main.ts",
  platform: "node",
  transform: { define: { HOLDFAST_VERSION: JSON.stringify(version) }, target: "node22" },
  tsconfig: false,
  output: {
    file: "dist/holdfast.mjs",
    format: "esm",
    codeSplitting: false,
    minify: true,
    comments: { legal: true }
  }
})
