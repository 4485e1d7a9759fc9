import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { defineConfig, type Plugin } from "rolldown"

const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as { version: string }

/** As ASCII the source takes half as much memory; in code, only literals and comments hold anything else. */
const ascii: Plugin = {
  name: "ascii",
  generateBundle: (_, bundle) => {
    for (const file of Object.values(bundle)) {
      if (file.type !== "chunk") continue
      file.code = file.code.replace(
        /[\u0080-\uffff]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
      )
    }
  }
}

// One file that needs nothing but Node: the image holds it, Node, and no more.
export default defineConfig({
  input: { operator: "src/main.ts" },
  platform: "node",
  tsconfig: false,
  // The package's build for Node is CommonJS, of which every part is kept, and run when it is loaded.
  resolve: { alias: { yaml: fileURLToPath(new URL("node_modules/yaml/browser/dist/index.js", import.meta.url)) } },
  plugins: [ascii],
  transform: { define: { HOLDFAST_VERSION: JSON.stringify(version) }, target: "node22" },
  output: {
    file: "dist/operator.mjs",
    format: "esm",
    codeSplitting: false,
    // Modules that are imported on use run on use.
    strictExecutionOrder: true,
    minify: true,
    comments: { legal: true }
  }
})
