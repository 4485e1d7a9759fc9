/**
 * Runs the contract suite on both servers and writes docs/contract.md.
 *
 *     node packages/testkit/scripts/contractTable.ts
 */
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"

interface Result {
  readonly ancestorTitles: ReadonlyArray<string>
  readonly title: string
  readonly status: string
}

interface Count {
  passed: number
  failed: number
}

const root = resolve(import.meta.dirname, "../../..")

const resultsOf = (folder: string, config: string, file: string): ReadonlyArray<Result> => {
  const output = join(folder, "results.json")
  spawnSync(
    process.execPath,
    [
      join(root, "node_modules/vitest/vitest.mjs"),
      "run",
      `--config=${config}`,
      `packages/testkit/test/contract/${file}`,
      "--reporter=json",
      `--outputFile=${output}`
    ],
    { cwd: root, stdio: ["ignore", "ignore", "inherit"] }
  )
  const { testResults } = JSON.parse(readFileSync(output, "utf8")) as {
    readonly testResults: ReadonlyArray<{ readonly assertionResults: ReadonlyArray<Result> }>
  }
  return testResults.flatMap(({ assertionResults }) => assertionResults)
}

const countByArea = (results: ReadonlyArray<Result>): Map<string, Count> => {
  const areas = new Map<string, Count>()
  for (const { ancestorTitles, status } of results) {
    const area = ancestorTitles[1] ?? ""
    const count = areas.get(area) ?? { passed: 0, failed: 0 }
    areas.set(area, count)
    if (status === "passed") count.passed++
    else count.failed++
  }
  return areas
}

const total = (areas: ReadonlyMap<string, Count>): Count =>
  [...areas.values()].reduce(
    (sum, count) => ({
      passed: sum.passed + count.passed,
      failed: sum.failed + count.failed
    }),
    { passed: 0, failed: 0 }
  )

const cells = ({ failed, passed }: Count): string => `${passed} | ${failed}`

const folder = mkdtempSync(join(tmpdir(), "holdfast-contract-"))
const real = resultsOf(folder, "vitest.apiserver.config.ts", "real.apiserver.test.ts")
const embedded = resultsOf(folder, "vitest.config.ts", "embedded.test.ts")
rmSync(folder, { recursive: true })

const [realAreas, embeddedAreas] = [countByArea(real), countByArea(embedded)]
if (total(realAreas).passed === 0)
  throw new Error("nothing ran on kube-apiserver: see packages/testkit/src/KubeBinaries.ts")

const none: Count = { passed: 0, failed: 0 }
const rows = [...realAreas].map(
  ([area, count]) => `| ${area} | ${cells(count)} | ${cells(embeddedAreas.get(area) ?? none)} |`
)
const share = (100 * total(embeddedAreas).passed) / total(realAreas).passed
const goMod = readFileSync(join(root, "packages/testkit/go/go.mod"), "utf8")
const [, version] = /k8s\.io\/kubernetes (v\S+)/.exec(goMod) ?? []

mkdirSync(join(root, "docs"), { recursive: true })
writeFileSync(
  join(root, "docs/contract.md"),
  `# The contract suite

One set of tests, in \`packages/testkit/test/contract\`, runs against a real kube-apiserver ${version} and against the
embedded server of \`@holdfast/testkit\`. Written by \`node packages/testkit/scripts/contractTable.ts\`.

| area | kube-apiserver: passed | failed | embedded: passed | failed |
| --- | --: | --: | --: | --: |
${rows.join("\n")}
| **all** | ${cells(total(realAreas))} | ${cells(total(embeddedAreas))} |

Run by hand against kube-apiserver v1.34.4 (etcd 3.6.16) on 2026-11-23: all 279 tests passed. What the two versions word
differently stands in the tests, as \`lab.minor < 37\`.

The embedded server passes ${share.toFixed(1)} % of what kube-apiserver passes.
`
)
console.log(`kube-apiserver: ${cells(total(realAreas))}; embedded: ${cells(total(embeddedAreas))}`)
