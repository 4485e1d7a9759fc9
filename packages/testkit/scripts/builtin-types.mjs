// Writes src/internal/builtins/types.ts: names, types and merge keys of the built-in kinds, without descriptions, taken
// from the OpenAPI documents of Kubernetes (`api/openapi-spec`); the field numbers of their protobuf encoding, from the
// `generated.proto` files of the Go modules in the folders named; and which fields vanish when empty, from the tags in
// their Go sources.
//
//   node scripts/builtin-types.mjs kubernetes/api/openapi-spec k8s.io/api k8s.io/apimachinery …
import { globSync, readFileSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"

const numbers = new Map()
for (const folder of process.argv.slice(3)) {
  for (const file of globSync("**/generated.proto", { cwd: folder })) {
    const text = readFileSync(join(folder, file), "utf8")
    const proto = /^package (.*);$/m.exec(text)[1]
    for (const [, message, body] of text.matchAll(/^message (\w+) \{([\s\S]*?)^\}/gm)) {
      for (const [, field, number] of body.matchAll(/^ {2}(?:optional |repeated )?[\w.<>, ]+ (\w+) = (\d+);$/gm)) {
        // A few are capitalized.
        numbers.set(`${proto}.${message}.${field[0].toLowerCase()}${field.slice(1)}`, number)
      }
    }
  }
}
/** Fields that Go leaves out when they are empty: tagged `omitempty`, and neither pointers nor structs. */
const vanishing = new Set()
for (const folder of process.argv.slice(3)) {
  const root = `io.k8s.${basename(folder).replace(/@.*/, "")}`
  for (const file of globSync("**/*types*.go", { cwd: folder })) {
    const owner = [root, ...dirname(file).split("/")].join(".")
    const text = readFileSync(join(folder, file), "utf8")
    for (const [, struct, body] of text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
      for (const [, type, field] of body.matchAll(/^\s+\w+\s+(\S+)\s+`json:"(\w+),omitempty[^`]*`/gm)) {
        if (!type.startsWith("*")) vanishing.add(`${owner}.${struct}.${field}`)
      }
    }
  }
}

const numberOf = (name, field) => {
  const message = name
    .replace(/^io\.k8s\./, "k8s.io.")
    .replace("kube-aggregator", "kube_aggregator")
    .replace("apiextensions-apiserver", "apiextensions_apiserver")
  const found = numbers.get(`${message}.${field}`)
  return found === undefined ? "" : `#${found}`
}

const { definitions } = JSON.parse(readFileSync(join(process.argv[2], "swagger.json"), "utf8"))

// Version 3 tells which structs are no pointers in Go: those are there, if empty, whenever their owner is.
const constant = new Set()
for (const file of globSync("v3/*.json", { cwd: process.argv[2] })) {
  const { components } = JSON.parse(readFileSync(join(process.argv[2], file), "utf8"))
  for (const [name, schema] of Object.entries(components?.schemas ?? {})) {
    for (const [field, { allOf, default: fallback }] of Object.entries(schema.properties ?? {})) {
      if (allOf !== undefined && JSON.stringify(fallback) === "{}") constant.add(`${name}.${field}`)
    }
  }
}
const groups =
  /^(|apps|batch|autoscaling|policy|(events|authentication|authorization|certificates|networking|rbac\.authorization|storage|admissionregistration|apiextensions|scheduling|coordination|node|discovery|apiregistration)\.k8s\.io)$/

const roots = Object.entries(definitions).filter(([name, definition]) => {
  const gvks = definition["x-kubernetes-group-version-kind"] ?? []
  return (
    gvks.length === 1 &&
    /^v\d+$/.test(gvks[0].version) &&
    groups.test(gvks[0].group) &&
    !name.endsWith("List") &&
    gvks[0].kind !== "Status"
  )
})
const short = (name) =>
  name
    .split(".")
    .slice(-3)
    .join(".")
    .replace(/^(core|meta)\.v1\./, "")
const scalar = { string: "s", integer: "i", number: "n", boolean: "b" }

const seen = new Map()
const reference = (ref) => {
  const name = ref.replace("#/definitions/", "")
  const definition = definitions[name]
  if (/\.(Time|MicroTime)$/.test(name)) return "T"
  if (name.endsWith("IntOrString")) return "t"
  if (name.endsWith("Quantity")) return "q"
  if (!definition.properties) return definition.type === "string" ? "s" : "o"
  if (!seen.has(name)) {
    seen.set(name, "")
    seen.set(name, line(definition, name))
  }
  return `@${short(name)}`
}
const type = (schema) => {
  const atomic = schema["x-kubernetes-map-type"] === "atomic" ? "~" : ""
  if (schema.$ref) {
    const target = definitions[schema.$ref.replace("#/definitions/", "")]
    return (atomic || target["x-kubernetes-map-type"] === "atomic" ? "~" : "") + reference(schema.$ref)
  }
  if (schema.type === "array") {
    const keys = schema["x-kubernetes-list-map-keys"]
    const patch = schema["x-kubernetes-patch-merge-key"]
    const merge = (schema["x-kubernetes-patch-strategy"] ?? "").includes("merge")
    const list = keys ? keys.join(",") : schema["x-kubernetes-list-type"] === "set" ? "=" : ""
    const strategic = merge ? `|${patch ?? "="}` : ""
    return `[${list}${strategic}]${type(schema.items)}`
  }
  if (schema.additionalProperties) return `${atomic}{${type(schema.additionalProperties)}}`
  if (schema.format === "byte") return "B"
  if (schema["x-kubernetes-int-or-string"]) return "t"
  return scalar[schema.type] ?? "o"
}
const line = (definition, owner) =>
  Object.entries(definition.properties)
    .map(([name, schema]) => {
      const required = (definition.required ?? []).includes(name) ? "!" : ""
      const fallback = typeof schema.default === "string" && schema.default !== "" ? `=${schema.default}` : ""
      const always = constant.has(`${owner}.${name}`) && type(schema).includes("@") ? "^" : ""
      const vanishes = vanishing.has(`${owner}.${name}`) && !/^~?[@o]/.test(type(schema)) ? "?" : ""
      return `${name}${numberOf(owner, name)}${required}${vanishes}:${always}${type(schema)}${fallback}`
    })
    .join(" ")

const kinds = []
for (const [name, definition] of roots) {
  const { group, version, kind } = definition["x-kubernetes-group-version-kind"][0]
  kinds.push(`${group}/${version}/${kind} ${reference(`#/definitions/${name}`).slice(1)}`)
}
const lines = [...seen].map(([name, fields]) => `${short(name)} ${fields}`)
const shorts = lines.map((each) => each.split(" ")[0])
const double = shorts.filter((each, index) => shorts.indexOf(each) !== index)
if (double.length > 0) throw new Error(`ambiguous names: ${double}`)

writeFileSync(
  new URL("../src/internal/builtins/types.ts", import.meta.url),
  `/**
 * Field names, types and merge keys of the built-in kinds: made by \`scripts/builtin-types.mjs\`, not by hand.
 *
 * One line a type: \`field[#number][!][?]:type[=default]\`, the number in protobuf, \`!\` for required, \`?\` for
 * left out when empty. Types: \`s\`tring, \`i\`nteger, \`n\`umber, \`b\`oolean,
 * \`t\` int-or-string, \`q\`uantity, \`T\`ime, \`B\`ytes, \`o\` anything, \`@Name\`, \`{values}\`, \`[merge|strategic]items\` where
 * \`merge\` is empty (atomic), \`=\` (set) or the keys of an associative list, \`strategic\` the same for strategic merge
 * patches; \`~\` marks what server-side apply takes as a whole, \`^\` a struct that is there, if empty, whenever its owner is.
 */
export const kinds = \`
${kinds.join("\n")}
\`

export const types = \`
${lines.join("\n")}
\`
`
)
