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

/** As ASCII, which Node reads several times faster than UTF-8; in code, only literals and comments hold anything else. */
const ascii = (code: string): string =>
  code.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)

/**
 * Takes Node's own modules by `process.getBuiltinModule` in place of `import`: an import goes through the loader's hooks
 * and reads every export of the module, getters too, 5 ms in all. A chunk has its imports at its beginning.
 */
const builtinsOnUse = (code: string): string => {
  const imported = /import(?:([^"]*)from)?"([^"]+)";/y
  let head = ""
  let at = 0
  for (let match = imported.exec(code); match !== null; match = imported.exec(code)) {
    const [statement, clause = "", from = ""] = match
    const names = clause.trim().match(/\{[^}]*\}|(?<=\* as )\w+|\$?\w+(?=,|$)/g) ?? []
    const take = (name: string) => `${name.replaceAll(" as ", ":")}=process.getBuiltinModule("${from}")`
    head += from.startsWith("node:") && names.length > 0 ? `const ${names.map(take).join(",")};` : statement
    at = imported.lastIndex
  }
  return head + code.slice(at)
}

/** Where a packed chunk lies: how many bytes from the end of the file it begins, and how long it is. */
type Place = readonly [fromEnd: number, length: number]

/** What stands in the file; kept small and plain, since it is not bundled. */
const loader = (places: Readonly<Record<string, Place>>) => `
const holdfastPlaces = ${JSON.stringify(places)};
const holdfastModule = process.getBuiltinModule?.("node:module");
const holdfastSelf = import.meta.url;
const holdfastChunk = (name) => {
  const { closeSync, fstatSync, openSync, readSync } = process.getBuiltinModule("node:fs");
  const [fromEnd, length] = holdfastPlaces[name];
  const text = Buffer.allocUnsafe(length);
  const file = openSync(new URL(holdfastSelf));
  readSync(file, text, 0, length, fstatSync(file).size - fromEnd);
  closeSync(file);
  return text.latin1Slice().replaceAll(${JSON.stringify(escapedEnd)}, ${JSON.stringify(commentEnd)});
};
if (holdfastModule?.registerHooks === undefined) {
  process.stderr.write("error: holdfast needs Node 22.19 or later, and this is " + process.version + "\\n");
  process.exit(1);
}
holdfastModule.registerHooks({
  resolve: (specifier, context, next) =>
    specifier.startsWith("./") && context.parentURL?.split("?")[0] === holdfastSelf
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
      const packed = new Map<string, string>()
      const modules = new Set(Object.values(bundle).flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : [])))
      for (const chunk of Object.values(bundle)) {
        if (chunk === entry) continue
        if (chunk.type !== "chunk") return this.error(`cannot pack ${chunk.fileName}`)
        if (chunk.code.includes("\u001a")) return this.error(`${chunk.fileName} has the character that marks an escape`)
        packed.set(chunk.fileName, ascii(builtinsOnUse(chunk.code)).replaceAll(commentEnd, escapedEnd))
        delete bundle[chunk.fileName]
      }
      if (entry.imports.some((name) => name.startsWith("./") || name.endsWith(".mjs"))) {
        return this.error(
          `the entry needs ${entry.imports.join(", ")} at once: only what is loaded on use can be packed`
        )
      }
      const end = `${commentEnd}\n`
      const places: Record<string, Place> = {}
      let fromEnd = end.length
      for (const [name, text] of [...packed].reverse()) {
        fromEnd += text.length
        places[name] = [fromEnd, text.length]
      }
      const [shebang, ...code] = entry.code.split("\n")
      const own = ascii(builtinsOnUse(code.join("\n")))
      entry.code = `${shebang}${loader(places)}${own}${ascii(licences(modules))}${begin}${[...packed.values()].join("")}${end}`
    }
  }
})
