/**
 * `holdfast explain`.
 *
 * @since 0.1.0
 */
import { make } from "../commandline/Command.ts"
import * as Flag from "../commandline/Flag.ts"

/**
 * The flags of `holdfast explain`.
 *
 * @category flags
 * @since 0.1.0
 */
export const explainFlags = {
  input: Flag.text(
    'file with JSON lines {"id", "message", "code"?, "reason"?, "errno"?}; - for standard input',
    "FILE"
  ),
  output: Flag.choice("output format (default text)", ["text", "json", "jsonl"], { short: "o" })
}

/**
 * Says what kind of error a message is, where it arose, whether waiting helps, and what to do.
 *
 * @category commands
 * @since 0.1.0
 */
export const explain = make({
  name: "explain",
  summary: "say what an error message means, whether waiting helps, and what to do",
  description:
    "Paste an error, or pipe a log: what kind of error it is, where it arose, whether waiting helps, and what to do. Nothing is sent anywhere.",
  operands: "[MESSAGE]",
  maxOperands: Number.POSITIVE_INFINITY,
  flags: explainFlags,
  examples: [
    {
      text: "explain one message",
      line: 'holdfast explain "x509: certificate signed by unknown authority"'
    },
    { text: "find the certificate errors of a log", line: "kubectl logs deploy/operator | holdfast explain" },
    { text: "answer each line of a file", line: "holdfast explain --input errors.jsonl -o jsonl" }
  ],
  load: async () => (await import("../explain/RunExplain.ts")).run
})
