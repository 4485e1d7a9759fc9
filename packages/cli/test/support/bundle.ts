import { execFileSync, spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll } from "vitest"

const folder = fileURLToPath(new URL("../../", import.meta.url))
let built: string | undefined

let folders: Array<string> = []

/** A folder that goes when the tests of the file are over. */
export const temporaryFolder = (): string => {
  const made = mkdtempSync(join(tmpdir(), "holdfast-cli-"))
  folders.push(made)
  return made
}

afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true })
  folders = []
  built = undefined
})

/** The built program, alone in a folder of its own: it has to run with nothing beside it, and files test side by side. */
export const bundle = (): string => {
  if (built === undefined) {
    const alone = temporaryFolder()
    const rolldown = join(folder, "node_modules/rolldown/bin/cli.mjs")
    execFileSync(process.execPath, [rolldown, "-c", "rolldown.config.ts", "-d", alone], { cwd: folder, stdio: "pipe" })
    built = join(alone, "holdfast.mjs")
  }
  return built
}

/** Puts a text into a file of its own. */
export const temporaryFile = (name: string, text: string): string => {
  const file = join(temporaryFolder(), name)
  writeFileSync(file, text)
  return file
}

export interface Ran {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the program as a child process. */
export const start = (program: string, words: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) => {
  const child = spawn(process.execPath, [program, ...words], {
    env: { PATH: process.env["PATH"] ?? "", HOME: tmpdir(), ...env },
    stdio: ["pipe", "pipe", "pipe"]
  })
  let stdout = ""
  let stderr = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
  })
  const ended = new Promise<Ran>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  return { child, ended }
}

/** Runs the program to its end, with nothing on standard input. */
export const run = (
  program: string,
  words: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): Promise<Ran> => {
  const { child, ended } = start(program, words, env)
  child.stdin.end()
  return ended
}
