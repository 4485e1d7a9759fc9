/**
 * The real process as a {@link Host}.
 *
 * @since 0.1.0
 */
import type { Host, Output } from "./Host.ts"

const output = (stream: NodeJS.WriteStream): Output => {
  let closed = false
  stream.on("error", () => {
    closed = true
  })
  return {
    write: (text) => {
      if (!closed) stream.write(text)
    },
    isTerminal: stream.isTTY === true,
    columns: () => stream.columns ?? 80,
    rows: () => stream.rows ?? 24,
    isClosed: () => closed
  }
}

/**
 * Takes hold of the process: its streams, and its signals. The first Ctrl-C or SIGTERM asks the command to stop, the
 * second one ends the process at once. `exit` waits until what was written has left.
 *
 * @category constructors
 * @since 0.1.0
 */
export const processHost = (): { readonly host: Host; readonly exit: (code: number) => void } => {
  const controller = new AbortController()
  for (const [name, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(code)
      controller.abort(name)
    })
  }
  const host: Host = {
    env: process.env,
    // Touching process.stdin costs a millisecond and holds the process open: only a command that reads it does.
    stdin: { bytes: () => process.stdin, isTerminal: () => process.stdin.isTTY === true },
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    signal: controller.signal
  }
  const exit = (code: number) => {
    process.exitCode = code
    const finish = () => process.exit(code)
    process.stdout.write("", () => process.stderr.write("", finish))
    setTimeout(finish, 2000).unref()
  }
  return { host, exit }
}
