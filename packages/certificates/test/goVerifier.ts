import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

export interface Question {
  readonly chain: string
  readonly roots: string
  readonly dnsName?: string
  readonly client?: boolean
}

export interface Answer {
  readonly error: string
  readonly usable: ReadonlyArray<string>
}

/** Whether Go is there; without it the tests that need its verifier are skipped. */
export const hasGo = spawnSync("go", ["version"]).status === 0

/** Asks Go's own verifier, the one in kube-apiserver. */
export const ask = (questions: ReadonlyArray<Question>): ReadonlyArray<Answer> => {
  const program = fileURLToPath(new URL("go/verify.go", import.meta.url))
  const run = spawnSync("go", ["run", program], {
    input: questions.map((each) => JSON.stringify(each)).join("\n"),
    encoding: "utf8",
    maxBuffer: 1 << 26
  })
  if (run.status !== 0) throw new Error(`go run failed: ${run.stderr}`)
  return run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
}
