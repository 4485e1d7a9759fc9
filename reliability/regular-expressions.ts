/**
 * Proves that no regular expression of the packages takes more than linear time: `node regular-expressions.ts` looks at
 * those that are new and writes the verdicts beside this file; `--check` looks at nothing and fails where one is missing.
 *
 * The proofs are recheck's. What it calls polynomial is linear all the same where every repetition is bounded, which is
 * how rules about texts are written here: `.{0,300}` in place of `.*`.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { checkSync } from "recheck"
import { parseSync, Visitor } from "rolldown/utils"

// Its native programs would be one more thing to trust.
process.env["RECHECK_BACKEND"] = "pure"

const root = fileURLToPath(new URL("..", import.meta.url))
const file = fileURLToPath(new URL("regular-expressions.json", import.meta.url))

interface Found {
  readonly pattern: string
  readonly flags: string
  readonly where: string
}

const literals = (path: string): ReadonlyArray<Found> => {
  const text = readFileSync(root + path, "utf8")
  const found: Array<Found> = []
  new Visitor({
    Literal: (node) => {
      if (!("regex" in node)) return
      const { flags, pattern } = node.regex
      found.push({ pattern, flags, where: `${path}:${text.slice(0, node.start).split("\n").length}` })
    }
  }).visit(parseSync(path, text).program)
  return found
}

/** Whether a repetition has no upper bound: outside of classes, `*`, `+` or `{n,}`. */
const isUnbounded = (pattern: string): boolean =>
  /[*+]|\{\d+,\}/.test(pattern.replace(/\\./g, "_").replace(/\[[^\]]*\]/g, "_"))

const prove = ({ flags, pattern, where }: Found): "linear" | "bounded" | undefined => {
  const verdict = checkSync(pattern, flags, { timeout: 30_000 })
  if (verdict.status === "safe") return "linear"
  if (!isUnbounded(pattern)) return "bounded"
  console.error(
    `${where}: /${pattern}/${flags}: ${verdict.status}${verdict.status === "vulnerable" ? `, ${verdict.complexity.summary}, attacked by ${verdict.attack.pattern}` : ""}`
  )
  return undefined
}

const all = globSync("packages/{retry-core,certificates,k8s-adapter,cli,operator}/src/**/*.ts", { cwd: root })
  .sort()
  .flatMap(literals)
const known = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, string>>
const keyOf = ({ flags, pattern }: Found) => `/${pattern}/${flags}`
const isNew = (found: Found) => !Object.hasOwn(known, keyOf(found))

if (process.argv.includes("--check")) {
  const missing = all.filter(isNew)
  for (const found of missing)
    console.error(`${found.where}: ${keyOf(found)} is not proved; run: node reliability/regular-expressions.ts`)
  process.exit(missing.length > 0 ? 1 : 0)
}

const verdicts = new Map<string, string>()
let refused = 0
for (const found of all) {
  const key = keyOf(found)
  const verdict = known[key] ?? verdicts.get(key) ?? prove(found)
  if (verdict === undefined) refused++
  else verdicts.set(key, verdict)
}
writeFileSync(
  file,
  `${JSON.stringify(Object.fromEntries([...verdicts].sort(([a], [b]) => (a < b ? -1 : 1))), null, 2)}\n`
)
console.log(`${all.length} regular expressions, ${refused} of them not proved`)
process.exit(refused > 0 ? 1 : 0)
