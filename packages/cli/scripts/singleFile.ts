/**
 * Packs the chunks that are loaded on use into the entry's own file, so that the program is one file and starts as fast
 * as its entry alone.
 *
 * Inlined as code, everything would be parsed at every start (14 ms for 400 kB); in a comment the parser passes over
 * it. At run time a module hook hands the chunks out of the comment; they are modules like any other, with file name
 * and line in stack traces, and Node's compile cache keeps them.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Plugin } from "rolldown"

/** Ends a comment; inside the packed text it is written with a character that no source has. */
const commentEnd = "*/"
const escapedEnd = "*\u001a/"
const begin = "\n/*! chunks\n"
const heading = (name: string) => `\u0001${name}\n`

/** As ASCII, which Node reads several times faster than UTF-8; in code, only literals and comments hold anything else. */
const ascii = (code: string): string =>
  code.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)

/** What stands in the file; kept small and plain, since it is not bundled. */
const loader = `
import * as holdfastModule from "node:module";
import { readFileSync as holdfastRead } from "node:fs";
let holdfastChunks;
const holdfastSelf = import.meta.url;
const holdfastChunk = (name) => {
  holdfastChunks ??= new Map(
    holdfastRead(new URL(holdfastSelf), "latin1").split(${JSON.stringify(begin.slice(1))}).at(-1).slice(0, -3)
      .replaceAll(${JSON.stringify(escapedEnd)}, ${JSON.stringify(commentEnd)}).split("\\x01").slice(1)
      .map((text) => [text.slice(0, text.indexOf("\\n")), text.slice(text.indexOf("\\n") + 1)])
  );
  return holdfastChunks.get(name);
};
if (holdfastModule.registerHooks === undefined) {
  process.stderr.write("error: holdfast needs Node 22.19 or later, and this is " + process.version + "\\n");
  process.exit(1);
}
holdfastModule.registerHooks({
  resolve: (specifier, context, next) =>
    context.parentURL?.split("?")[0] === holdfastSelf && specifier.startsWith("./")
      ? { url: specifier === "./holdfast.mjs" ? holdfastSelf : holdfastSelf + "?" + specifier.slice(2), format: "module", shortCircuit: true }
      : next(specifier, context),
  load: (url, context, next) =>
    url.startsWith(holdfastSelf + "?")
      ? { source: holdfastChunk(url.slice(holdfastSelf.length + 1)), format: "module", shortCircuit: true }
      : next(url, context)
});
`

/** The folder of the package that a module belongs to. */
const packageOf = (id: string): string | undefined => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0]

/** The licences of what is bundled, as they ask to go with every copy. */
const licences = (modules: Iterable<string>): string => {
  const folders = new Set([...modules].map(packageOf).filter((folder) => folder !== undefined))
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one))
    const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8").trim()
    return `${name} ${version} (${license})\n\n${text}\n`
  })
  return `\n/*! Bundled packages and their licences\n\n${texts.join("\n\n").replaceAll(commentEnd, "* /")}\n*/\n`
}

/**
 * The plugin; the entry has to be called `holdfast.mjs`, and must not await its own chunks at its top level: they
 * import from it.
 */
export const singleFile = (): Plugin => ({
  name: "single-file",
  generateBundle: {
    order: "post",
    handler(_, bundle) {
      const entry = bundle["holdfast.mjs"]
      if (entry?.type !== "chunk") return this.error("there is no entry holdfast.mjs")
      const sections: Array<string> = []
      const modules = new Set(Object.values(bundle).flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : [])))
      for (const chunk of Object.values(bundle)) {
        if (chunk === entry) continue
        if (chunk.type !== "chunk") return this.error(`cannot pack ${chunk.fileName}`)
        if (chunk.code.includes("\u0001") || chunk.code.includes("\u001a"))
          return this.error(`${chunk.fileName} has characters that mark the packing`)
        sections.push(heading(chunk.fileName) + ascii(chunk.code).replaceAll(commentEnd, escapedEnd))
        delete bundle[chunk.fileName]
      }
      if (entry.imports.some((name) => name.startsWith("./") || name.endsWith(".mjs"))) {
        return this.error(
          `the entry needs ${entry.imports.join(", ")} at once: only what is loaded on use can be packed`
        )
      }
      const [shebang, ...code] = entry.code.split("\n")
      entry.code = `${shebang}${loader}${ascii(code.join("\n"))}${ascii(licences(modules))}${begin}${sections.join("")}${commentEnd}\n`
    }
  }
})
