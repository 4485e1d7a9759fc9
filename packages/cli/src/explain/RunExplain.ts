/**
 * The work of `holdfast explain`.
 *
 * @since 0.1.0
 */
import { createReadStream } from "node:fs"
import * as ErrorText from "@holdfast/k8s-adapter/ErrorText"
import * as Explain from "@holdfast/k8s-adapter/Explain"
import * as Result from "effect/Result"
import type { Run } from "../commandline/Command.ts"
import type { explainFlags } from "../commands/Explain.ts"
import * as ExitCode from "../ExitCode.ts"
import type { Host } from "../Host.ts"
import { lines } from "../input/Lines.ts"
import * as Paint from "../output/Paint.ts"
import { clean, truncate, wrap } from "../output/TextWidth.ts"

type Format = "text" | "json" | "jsonl"

const tellError = (host: Host, message: string) => host.stderr.write(`error: ${clean(message)}\n`)

const quote = (message: string): string => truncate(clean(message), 120)

const inWords = (explanation: ErrorText.Explanation, host: Host): string => {
  const { certificate, reason, where, transient, advice } = explanation
  const paint = Paint.make(Paint.wanted(host, host.stdout))
  const columns = host.stdout.isTerminal ? Math.max(40, host.stdout.columns()) : Number.POSITIVE_INFINITY
  const kind = certificate ? `certificate error: ${reason} (${where})` : "not a certificate error"
  const waiting = transient ? "it can pass by itself: holding on helps" : "waiting does not help"
  const below = [waiting, advice].flatMap((text) => wrap(text, columns - 2))
  return `${[...wrap(kind, columns).map(paint.bold), ...below.map((line) => `  ${line}`)].join("\n")}\n`
}

const write = (
  host: Host,
  format: Format,
  id: string | number | null,
  message: string,
  found: ErrorText.Explanation
) => {
  if (format === "text") {
    const paint = Paint.make(Paint.wanted(host, host.stdout))
    host.stdout.write(`${id === null ? "" : paint.dim(`${id}: ${quote(message)}\n`)}${inWords(found, host)}`)
  } else {
    const { certificate, reason, where, transient, advice } = found
    const answer = { id, certificate, reason, where, transient, advice }
    host.stdout.write(`${format === "json" ? JSON.stringify(answer, undefined, 2) : JSON.stringify(answer)}\n`)
  }
}

/** Answers JSON lines one by one; a broken line is told by its number, and the others are answered all the same. */
const answerLines = async (bytes: AsyncIterable<Uint8Array>, format: Format, host: Host): Promise<number> => {
  let number = 0
  let broken = 0
  for await (const text of lines(bytes)) {
    if (host.signal.aborted || host.stdout.isClosed()) break
    number++
    if (text.trim() === "") continue
    const answer = Explain.answerLine(text, number)
    if (Result.isFailure(answer)) {
      broken++
      tellError(host, answer.failure.message)
    } else {
      const { id, ...found } = answer.success
      write(host, format, id, "", found)
    }
  }
  if (broken === 0) return ExitCode.of("ok")
  tellError(host, `${broken} of ${number} lines are not of the form {"id", "message"}; the others are answered`)
  return ExitCode.of("badInput")
}

/** Looks for certificate errors in the lines of a log; as JSON, every line is answered. */
const explainLog = async (bytes: AsyncIterable<Uint8Array>, format: Format, host: Host): Promise<number> => {
  let number = 0
  let found = 0
  for await (const message of lines(bytes)) {
    if (host.signal.aborted || host.stdout.isClosed()) break
    number++
    if (message.trim() === "") continue
    const explanation = ErrorText.explain({ message })
    if (explanation.certificate) found++
    if (explanation.certificate || format !== "text") {
      write(host, format, format === "text" ? `line ${number}` : number, message, explanation)
    }
  }
  host.stderr.write(`${found} of ${number} lines are about certificates\n`)
  return ExitCode.of("ok")
}

/** Ctrl-C is heard also while a pipe has nothing to say. */
const untilInterrupted = (host: Host, work: Promise<number>): Promise<number> => {
  const interrupted = new Promise<number>((resolve) => {
    const stop = () => resolve(ExitCode.of(host.signal.reason === "SIGTERM" ? "terminated" : "interrupted"))
    if (host.signal.aborted) stop()
    else host.signal.addEventListener("abort", stop, { once: true })
  })
  return Promise.race([work, interrupted])
}

const readError = (host: Host, file: string, error: unknown): number => {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error)
  const known: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file",
    EISDIR: "it is a folder",
    EACCES: "it may not be read"
  }
  tellError(host, `${file}: ${known[code] ?? code}. Check the path given with --input.`)
  return ExitCode.of("badInput")
}

/**
 * Explains a message, the lines of a log, or JSON lines.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof explainFlags> = async (invocation) => {
  const { flags, host } = invocation
  if (flags.input !== undefined) {
    if (invocation.arguments.length > 0) {
      tellError(host, "give a message or --input, not both")
      return ExitCode.of("usage")
    }
    const { input } = flags
    const bytes = input === "-" ? host.stdin.bytes() : createReadStream(input)
    const answered = answerLines(bytes, flags.output ?? "jsonl", host).catch((error) => readError(host, input, error))
    return untilInterrupted(host, answered)
  }
  if (invocation.arguments.length > 0) {
    const message = invocation.arguments.join(" ")
    write(host, flags.output ?? "text", null, message, ErrorText.explain({ message }))
    return ExitCode.of("ok")
  }
  if (host.stdin.isTerminal()) {
    tellError(host, 'nothing to explain: give a message, pipe a log, or use --input. See "holdfast explain --help".')
    return ExitCode.of("usage")
  }
  const explained = explainLog(host.stdin.bytes(), flags.output ?? "text", host).catch((error) =>
    readError(host, "standard input", error)
  )
  return untilInterrupted(host, explained)
}
