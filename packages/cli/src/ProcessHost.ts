/**
 * The real process as a {@link Host}.
 *
 * @since 0.1.0
 */
import * as ExitCode from "./ExitCode.ts"
import type { Host, Output } from "./Host.ts"

/** An output, and why it takes nothing any more, once it does not. */
interface ProcessOutput extends Output {
  readonly failure: () => string | undefined
  /** Calls back when all that was written has left. */
  readonly flush: (done: () => void) => void
}

/** An output of the process, which costs up to a millisecond to open: only one that is used is. */
const output = (open: () => NodeJS.WriteStream): ProcessOutput => {
  let opened: NodeJS.WriteStream | undefined
  let closed = false
  let failure: string | undefined
  const stream = (): NodeJS.WriteStream => {
    opened ??= open().on("error", ({ code, message }: NodeJS.ErrnoException) => {
      closed = true
      // A reader that has gone away has what it wanted; a disk that is full has not.
      if (code !== "EPIPE") failure ??= code ?? message
    })
    return opened
  }
  return {
    failure: () => failure,
    flush: (done) => (opened === undefined ? done() : opened.write("", done)),
    write: (text) => {
      if (!closed) stream().write(text)
    },
    get isTerminal() {
      return stream().isTTY === true
    },
    columns: () => stream().columns ?? 80,
    rows: () => stream().rows ?? 24,
    isClosed: () => closed
  }
}

/**
 * Takes hold of the process: its streams, and its signals. The first Ctrl-C or SIGTERM asks the command to stop, the
 * second one ends the process at once. `exit` waits until what was written has left, and fails where it could not leave.
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
  const stdout = output(() => process.stdout)
  const stderr = output(() => process.stderr)
  const host: Host = {
    env: process.env,
    // Touching process.stdin costs a millisecond and holds the process open: only a command that reads it does.
    stdin: { bytes: () => process.stdin, isTerminal: () => process.stdin.isTTY === true },
    stdout,
    stderr,
    signal: controller.signal
  }
  const exit = (code: number) => {
    process.exitCode = code
    const finish = () => {
      const failure = stdout.failure()
      if (failure === undefined || code !== 0) process.exit(code)
      process.stderr.write(`error: standard output cannot be written (${failure})\n`, () =>
        process.exit(ExitCode.of("cannotCreate"))
      )
    }
    // A write's callback comes before the event of its error.
    stdout.flush(() => stderr.flush(() => setImmediate(finish)))
    setTimeout(finish, 2000).unref()
  }
  return { host, exit }
}
