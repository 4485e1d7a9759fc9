/**
 * Asking before something is changed.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Host } from "../Host.ts"

const firstLine = async (host: Host, signal: AbortSignal): Promise<string> => {
  const aborted = new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
  const bytes = host.stdin.bytes()[Symbol.asyncIterator]()
  let text = ""
  while (!text.includes("\n")) {
    const { done, value } = await Promise.race([bytes.next(), aborted])
    if (done === true) break
    text += new TextDecoder().decode(value)
  }
  // A terminal's stream would hold the process open.
  await bytes.return?.()
  return text.split("\n")[0] ?? ""
}

/**
 * Asks a question on standard error and reads yes or no; only a yes is a yes. Where nobody sits at a terminal nothing
 * is asked, and the answer is yes, as for kubectl.
 *
 * @category operations
 * @since 0.1.0
 */
export const confirm = (host: Host, question: string): Effect.Effect<boolean> => {
  if (!host.stdin.isTerminal() || !host.stderr.isTerminal) return Effect.succeed(true)
  return Effect.suspend(() => {
    host.stderr.write(`${question} [y/N] `)
    return Effect.map(
      Effect.promise((signal) => firstLine(host, signal)),
      (answer) => /^y(es)?$/i.test(answer.trim())
    )
  })
}
