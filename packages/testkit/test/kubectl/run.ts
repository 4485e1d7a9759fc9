/** Runs the commands of `commands.txt`, one after the other, against a cluster. */
import { execFile } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import type { TestCluster } from "@holdfast/testkit/TestCluster"
import * as Effect from "effect/Effect"

export interface Command {
  readonly text: string
  /** What a real API server makes it end with. */
  readonly code: number
}

export interface Outcome {
  readonly code: number
  readonly output: string
}

const folder = new URL(".", import.meta.url).pathname

export const isThere = (process.env["PATH"] ?? "").split(delimiter).some((each) => existsSync(join(each, "kubectl")))

export const commands: ReadonlyArray<Command> = readFileSync(join(folder, "commands.txt"), "utf8")
  .trim()
  .split("\n")
  .map((line) => ({ code: Number(line.slice(0, line.indexOf(" "))), text: line.slice(line.indexOf(" ") + 1) }))

/** A home of its own for the scope: kubeconfig, and kubectl's caches. */
const home = (cluster: TestCluster) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const made = mkdtempSync(join(tmpdir(), "testkit-kubectl-"))
      writeFileSync(join(made, "kubeconfig"), cluster.kubeconfig, { mode: 0o600 })
      return made
    }),
    (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
  )

export const kubectl = (cluster: TestCluster) =>
  Effect.map(
    home(cluster),
    (made) => (text: string) =>
      Effect.callback<Outcome>((resume) => {
        const env = { ...process.env, HOME: made, KUBECONFIG: join(made, "kubeconfig") }
        execFile("bash", ["-c", text], { cwd: folder, env, timeout: 30_000 }, (error, stdout, stderr) =>
          resume(Effect.succeed({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }))
        )
      })
  )

/** Leaves out what differs from run to run. */
export const steady = (output: string): string =>
  output
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UID")
    .replaceAll(/20\d\d-\d\d-\d\dT[\d:]{8}Z/g, "TIME")
    .replaceAll(/resourceVersion: "\d+"/g, "resourceVersion: N")
    .replaceAll(/10\.\d+\.\d+\.\d+/g, "IP")
    .replaceAll(/ +(<invalid>|\d+[smhd](\d+[smhd])?)( |$)/gm, " AGE$3")
    .replaceAll(/\/tmp\/(LIVE|MERGED)-\d+/g, "$1")
    .replaceAll(/(^|\n)(---|\+\+\+|diff)( [^\n]*?)\s+20\d\d-[^\n]*/g, "$1$2$3")
    .replaceAll(/ {2,}/g, "  ")
    .replace(/^WARNING: version difference.*\n/m, "")
