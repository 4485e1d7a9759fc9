import { assert, describe, it } from "@effect/vitest"
import { temporaryFile } from "./support/bundle.ts"
import { holdfast } from "./support/holdfast.ts"

const vacuum =
  'Internal error occurred: failed calling webhook "a.example.org": failed to call webhook: Post "https://a.b.svc:443/x?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority'

describe("holdfast explain", () => {
  it("says what a message is, whether waiting helps, and what to do", async () => {
    const { code, stdout } = await holdfast(["explain", vacuum])
    assert.strictEqual(code, 0)
    assert.match(stdout, /^certificate error: unknown-authority \(webhook\)\n {2}it can pass by itself.*\n {2}\S/)
    const other = await holdfast(["explain", "no space left on device"])
    assert.match(other.stdout, /^not a certificate error\n/)
  })

  it("keeps to a terminal of 40 columns", async () => {
    const { stdout } = await holdfast(["explain", vacuum], { terminal: { columns: 40 }, env: { NO_COLOR: "1" } })
    assert.deepStrictEqual(
      stdout.split("\n").filter((line) => line.length > 40 && line.trim().includes(" ")),
      []
    )
  })

  it("answers JSON lines one by one, and tells broken ones by number", async () => {
    const lines = [
      JSON.stringify({ id: "a", message: vacuum }),
      "{",
      '{"id": 2}',
      "",
      JSON.stringify({ id: 3, message: "hi" })
    ]
    const input = temporaryFile("errors.jsonl", `${lines.join("\n")}\n`)
    const { code, stdout, stderr } = await holdfast(["explain", "--input", input, "-o", "jsonl"])
    assert.strictEqual(code, 65)
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
    assert.deepStrictEqual(
      answers.map(({ id, certificate, reason, where, transient }) => ({ id, certificate, reason, where, transient })),
      [
        { id: "a", certificate: true, reason: "unknown-authority", where: "webhook", transient: true },
        { id: 3, certificate: false, reason: null, where: null, transient: false }
      ]
    )
    for (const { advice } of answers) assert.isAbove(advice.length, 10)
    assert.match(stderr, /line 2: not JSON/)
    assert.match(stderr, /line 3: no "message"/)
  })

  it("finds the certificate errors of a log that is piped in", async () => {
    const { code, stdout, stderr } = await holdfast(["explain"], { stdin: `started\n${vacuum}\nready\n` })
    assert.strictEqual(code, 0)
    assert.match(stdout, /^line 2: /)
    assert.include(stderr, "1 of 3 lines are about certificates")
  })

  it("takes input that is not UTF-8, and a message of a megabyte", async () => {
    const bytes = Uint8Array.from({ length: 4096 }, (_, index) => (index * 7) % 256)
    assert.strictEqual((await holdfast(["explain"], { stdin: bytes })).code, 0)
    const message = `${"x".repeat(1_000_000)} x509: certificate has expired or is not yet valid`
    const { code, stdout } = await holdfast(["explain", "--input", "-"], { stdin: JSON.stringify({ id: 1, message }) })
    assert.strictEqual(code, 0)
    assert.strictEqual(JSON.parse(stdout).reason, "expired-or-not-yet-valid")
  })

  it("names a file that is not there", async () => {
    const { code, stderr } = await holdfast(["explain", "--input", "nowhere.jsonl"])
    assert.strictEqual(code, 65)
    assert.match(stderr, /^error: nowhere\.jsonl: there is no such file/)
  })
})
