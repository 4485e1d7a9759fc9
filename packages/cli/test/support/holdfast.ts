import type { Host } from "@holdfast/cli/Host"
import { main } from "@holdfast/cli/Program"

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string | Uint8Array
  readonly terminal?: { readonly columns: number }
  readonly signal?: AbortSignal
}

/** Runs the program in this process, with streams that are kept. */
export const holdfast = async (words: ReadonlyArray<string>, options: RunOptions = {}) => {
  const written = { stdout: "", stderr: "" }
  const output = (name: "stdout" | "stderr") => ({
    write: (text: string | Uint8Array) => {
      written[name] += typeof text === "string" ? text : new TextDecoder().decode(text)
    },
    isTerminal: options.terminal !== undefined,
    columns: () => options.terminal?.columns ?? 80,
    rows: () => 24,
    isClosed: () => false
  })
  const bytes = async function* () {
    const { stdin = "" } = options
    yield typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin
  }
  const host: Host = {
    env: options.env ?? {},
    stdin: { bytes, isTerminal: () => false },
    stdout: output("stdout"),
    stderr: output("stderr"),
    signal: options.signal ?? new AbortController().signal
  }
  const code = await main(words, host)
  return { code, ...written }
}
