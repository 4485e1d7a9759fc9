import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Page from "@holdfast/cli/report/Page"
import * as RunRecord from "@holdfast/cli/report/RunRecord"
import { ApiServer } from "@holdfast/testkit"
import { Effect } from "effect"
import { browser, open } from "./support/browser.ts"
import { bundle, start, temporaryFile } from "./support/bundle.ts"
import { holdfast } from "./support/holdfast.ts"
import { servers, withOperator } from "./support/operator.ts"

const vacuum =
  'Error: failed calling webhook "a.example.org": tls: failed to verify certificate: x509: certificate signed by unknown authority'

const env = { PATH: process.env["PATH"] ?? "", HOME: tmpdir() }
const newFile = () => join(mkdtempSync(join(tmpdir(), "holdfast-cli-")), "report.html")
const manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n  namespace: default\n"

/** A run of a wrapped command that fails once with these words. */
const failingOnce = async (words: string) => {
  const file = newFile()
  const once = `[ -e ${file}.2 ] || { touch ${file}.2; cat ${temporaryFile("words", words)} >&2; exit 1; }`
  const ran = await holdfast(["retry", "--retry-base-delay", "10ms", "--report", file, "--", "sh", "-c", once], { env })
  return { ...ran, page: readFileSync(file, "utf8") }
}

describe("--report", () => {
  it.live("shows every object of an apply, and why one failed", () =>
    Effect.gen(function* () {
      const server = yield* ApiServer.make()
      const kubeconfig = temporaryFile("kubeconfig", server.kubeconfig)
      const file = newFile()
      const apply = (...words: ReadonlyArray<string>) =>
        Effect.promise(() =>
          holdfast(["apply", "-f", "-", "--report", file, ...words], {
            stdin: manifest,
            env: { KUBECONFIG: kubeconfig }
          })
        )
      assert.strictEqual((yield* apply()).code, 0)
      const good = readFileSync(file, "utf8")
      assert.include(good, "succeeded")
      assert.include(good, "default/configmap/one")
      assert.include(good, "created")
      assert.include(good, server.url)
      const failed = yield* apply("--as", "nobody")
      assert.strictEqual(failed.code, 77)
      const bad = readFileSync(file, "utf8")
      assert.include(bad, "✗ failed")
      assert.include(bad, "cannot patch resource &quot;configmaps&quot;")
      assert.notInclude(bad, "created")
    }).pipe(Effect.scoped)
  )

  it.live("is told to be impossible before anything is done", () =>
    Effect.gen(function* () {
      const server = yield* ApiServer.make()
      const before = yield* server.stats.count()
      const env = { KUBECONFIG: temporaryFile("kubeconfig", server.kubeconfig) }
      for (const file of [tmpdir(), "/nowhere/report.html", join(temporaryFile("a", ""), "report.html")]) {
        const ran = yield* Effect.promise(() =>
          holdfast(["apply", "-f", "-", "--report", file], { stdin: manifest, env })
        )
        assert.strictEqual(ran.code, 73)
        assert.match(ran.stderr, /^error: the report .* cannot be written \(E[A-Z]+\)\. Give --report .*\n$/)
        assert.strictEqual(ran.stdout, "")
      }
      assert.strictEqual(yield* server.stats.count(), before)
    }).pipe(Effect.scoped)
  )

  it("shows the attempts of a wrapped command, and its end", async () => {
    const { code, page } = await failingOnce(vacuum)
    assert.strictEqual(code, 0)
    assert.include(page, "succeeded, at attempt 2")
    assert.include(page, "webhook a.example.org: unknown-authority")
    const file = newFile()
    const ran = await holdfast(["retry", "--report", file, "--", "sh", "-c", "exit 7"], { env })
    assert.strictEqual(ran.code, 7)
    assert.include(readFileSync(file, "utf8"), "ended with 7")
  })

  it("is written when the run is interrupted", async () => {
    const file = newFile()
    writeFileSync(file, "the report before")
    const words = [
      "retry",
      "--report",
      file,
      "--",
      process.execPath,
      "-e",
      "console.log('ready'); setInterval(() => {}, 1000)"
    ]
    const { child, ended } = start(bundle(), words)
    await new Promise<void>((resolve) => {
      child.stdout.on("data", (text: string) => text.includes("ready") && resolve())
    })
    assert.strictEqual(readFileSync(file, "utf8"), "the report before")
    child.kill("SIGINT")
    assert.strictEqual((await ended).code, 130)
    const page = readFileSync(file, "utf8")
    assert.include(page, "✗ interrupted")
    assert.include(page, "not finished")
    assert.notInclude(page, "the report before")
  })

  it("holds no secret and no markup of others", async () => {
    const secrets = ["hunter2", "c2VjcmV0LWtleQ", "eyJhbGciOiJSUzI1NiJ9.payload-of-token.sig"]
    const { page } = await failingOnce(
      `${vacuum} <script>alert(1)</script><img src=x onerror=alert(1)> https://me:${secrets[0]}@example.org/ ` +
        `-----BEGIN PRIVATE KEY----- ${secrets[1]} -----END PRIVATE KEY----- token: ${secrets[2]} \u202egnp.exe`
    )
    for (const secret of secrets) assert.notInclude(page, secret)
    assert.notMatch(page, /<script|<img|\u202e/)
    assert.include(page, "&lt;script&gt;")
  })

  it.live.skipIf(browser === undefined)(
    `is read in a real browser, light, dark, on a phone and on paper${browser === undefined ? " (no Chromium here)" : ""}`,
    () =>
      Effect.gen(function* () {
        const { bootstrap, simulation } = yield* withOperator(yield* servers.embedded.make)
        assert.strictEqual((yield* bootstrap()).code, 0)
        simulation.lag = 2500
        const file = newFile()
        const { code, stderr } = yield* bootstrap("--rotate", "--report", file)
        assert.strictEqual(code, 0, stderr)
        const { send, evaluate, told } = yield* open(pathToFileURL(file).href, browser ?? "")
        assert.match(
          String(yield* evaluate("document.body.innerText")),
          /holdfast bootstrap: ✔ succeeded[\s\S]*unknown-authority/
        )
        // HOLDFAST_SCREENSHOTS=docs/public makes the pictures of the documentation.
        const folder = process.env["HOLDFAST_SCREENSHOTS"]
        const screens = [
          {
            name: "light",
            width: 1200,
            features: [{ name: "prefers-color-scheme", value: "light" }],
            back: "rgb(255, 255, 255)"
          },
          {
            name: "dark",
            width: 1200,
            features: [{ name: "prefers-color-scheme", value: "dark" }],
            back: "rgb(13, 17, 23)"
          },
          {
            name: "phone",
            width: 390,
            features: [{ name: "prefers-color-scheme", value: "dark" }],
            back: "rgb(13, 17, 23)"
          },
          { name: "paper", width: 800, media: "print", features: [], back: "rgb(255, 255, 255)" }
        ]
        for (const { name, width, media = "", features, back } of screens) {
          yield* send("Emulation.setEmulatedMedia", { media, features })
          yield* send("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: false })
          assert.strictEqual(yield* evaluate("getComputedStyle(document.body).backgroundColor"), back, name)
          const tooWide =
            "[...document.querySelectorAll('body *')].filter((e) => !e.closest('svg') && e.getBoundingClientRect().right > innerWidth + 1).length"
          assert.strictEqual(yield* evaluate(tooWide), 0, name)
          const lanes =
            "[...document.querySelectorAll('.timeline svg')].filter((e) => e.getBoundingClientRect().width > 50).length"
          assert.isAbove(Number(yield* evaluate(lanes)), 5, name)
          if (folder === undefined || name === "phone") continue
          const clip = { x: 0, y: 0, width, height: 1500, scale: 1 }
          const { data } = yield* send("Page.captureScreenshot", { format: "png", captureBeyondViewport: true, clip })
          writeFileSync(join(folder, `report-${name}.png`), Buffer.from(String(data), "base64"))
        }
        const complaints = told.filter(
          ({ method }) =>
            method === "Log.entryAdded" || method === "Runtime.exceptionThrown" || method === "Runtime.consoleAPICalled"
        )
        assert.deepStrictEqual(complaints, [])
        const requests = told
          .filter(({ method }) => method === "Network.requestWillBeSent")
          .map(({ params }) => String((params?.["request"] as { readonly url?: string } | undefined)?.url))
        assert.deepStrictEqual(
          requests.filter((url) => !url.startsWith("data:")),
          [pathToFileURL(file).href]
        )
      }).pipe(Effect.scoped),
    60_000
  )
})

describe("RunRecord", () => {
  const attempt = { subject: "a", webhook: undefined, detail: "x509: …", repeated: false }
  const retryAt = (at: number, number: number): RunRecord.Told => ({
    at,
    event: { ...attempt, type: "Retry", attempt: number, reason: "expired", delay: 100, elapsed: at }
  })

  it("gives each moment of an object to its attempt or its wait", () => {
    const { lanes } = RunRecord.make(
      [
        { at: 0, event: { type: "Phase", title: "Applying" } },
        { at: 10, event: { type: "Began", subject: "a" } },
        retryAt(20, 1),
        { at: 25, event: { type: "Waiting", key: "a", text: "a: expired" } },
        {
          at: 120,
          event: { type: "Retrying", subject: "a", attempt: 2, waited: 100, endedBy: "wake", hint: "Secret" }
        },
        { at: 130, event: { type: "Recovered", subject: "a", attempts: 2, elapsed: 120 } },
        { at: 130, event: { type: "Ended", subject: "a", outcome: "created", failed: false } },
        { at: 200, event: { type: "Waiting", key: "a", text: "to be ready" } }
      ],
      300
    )
    assert.strictEqual(lanes.length, 1)
    const [lane] = lanes
    assert.deepStrictEqual(
      lane?.spans.map(({ kind, from, to }) => [kind, from, to]),
      [
        ["failed", 10, 20],
        ["wait", 20, 120],
        ["work", 120, 130],
        ["wait", 200, 300]
      ]
    )
    assert.deepStrictEqual(
      lane?.attempts.map(({ waited, endedBy }) => [waited, endedBy]),
      [[100, "woken: Secret"]]
    )
    assert.strictEqual(lane?.phase, "Applying")
    assert.strictEqual(lane?.outcome, "not finished")
  })

  it("stays small, whatever the number and length of messages", () => {
    const told = Array.from({ length: 5000 }, (_, index) => retryAt(index, index + 1))
    const record = RunRecord.make(
      told.map(({ at, event }) => ({ at, event: { ...event, detail: "x".repeat(100_000) } as typeof event })),
      5000
    )
    const page = Page.render({
      title: "t",
      version: "0",
      began: new Date(0),
      duration: 5000,
      exitCode: 1,
      error: "e".repeat(1_000_000),
      record
    })
    assert.isBelow(page.length, 5_000_000)
  })
})
