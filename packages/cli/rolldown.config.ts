import { readFileSync } from "node:fs"
import { defineConfig } from "rolldown"
import { singleFile } from "./scripts/singleFile.ts"

const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as { version: string }

export default defineConfig({
  input: { holdfast: "src/main.ts" },
  platform: "node",
  tsconfig: false,
  transform: { define: { HOLDFAST_VERSION: JSON.stringify(version) }, target: "node22" },
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
