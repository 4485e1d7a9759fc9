import { assert, describe, it } from "@effect/vitest"
import { ApiServer } from "@holdfast/testkit"
import { Effect } from "effect"
import { temporaryFile } from "./support/bundle.ts"
import { holdfast, type RunOptions } from "./support/holdfast.ts"

const configMap = (value: string, name = "one") =>
  `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: default}, data: {key: ${value}}}\n`

const secret = (value: string) =>
  `{apiVersion: v1, kind: Secret, metadata: {name: login, namespace: default}, stringData: {password: ${value}}}\n`

const connect = Effect.gen(function* () {
  const server = yield* ApiServer.make()
  const kubeconfig = temporaryFile("kubeconfig", server.kubeconfig)
  const run = (words: ReadonlyArray<string>, options: RunOptions = {}) =>
    Effect.promise(() => holdfast(words, { ...options, env: { KUBECONFIG: kubeconfig } }))
  return { server, run, kubeconfig }
})

describe("holdfast diff", () => {
  it.live("ends with 0 and says nothing where nothing differs, with 1 and the differences where something does", () =>
    Effect.gen(function* () {
      const { run } = yield* connect
      yield* run(["apply", "-f", "-"], { stdin: configMap("a") })
      const same = yield* run(["diff", "-f", "-"], { stdin: configMap("a") })
      assert.deepStrictEqual(same, { code: 0, stdout: "", stderr: "" })
      const stdin = `${configMap("b")}---\n${configMap("a", "two")}`
      const differs = yield* run(["diff", "-f", "-"], { stdin })
      assert.strictEqual(differs.code, 1, differs.stderr)
      assert.strictEqual(differs.stderr, "")
      assert.strictEqual(differs.stdout, `~ default/configmap/one\n  ~ .data.key: "a" → "b"\n+ default/configmap/two\n`)
      const names = yield* run(["diff", "-f", "-", "-o", "name"], { stdin })
      assert.strictEqual(names.stdout, "configmap/one\nconfigmap/two\n")
      const json = yield* run(["diff", "-f", "-", "-o", "json"], { stdin })
      assert.deepStrictEqual(JSON.parse(json.stdout)[0].changes, [{ path: ".data.key", before: "a", after: "b" }])
      // Nothing of it was kept.
      assert.deepStrictEqual(yield* run(["diff", "-f", "-"], { stdin }), differs)
    }).pipe(Effect.scoped)
  )

  it.live("never shows a value of a Secret", () =>
    Effect.gen(function* () {
      const { run } = yield* connect
      yield* run(["apply", "-f", "-"], { stdin: secret("hunter2") })
      for (const output of ["text", "json", "yaml"]) {
        const { code, stdout } = yield* run(["diff", "-f", "-", "-o", output], { stdin: secret("hunter3") })
        assert.strictEqual(code, 1)
        for (const value of ["hunter2", "hunter3"]) {
          assert.notInclude(stdout, value)
          assert.notInclude(stdout, Buffer.from(value).toString("base64"))
        }
        assert.include(stdout, "password")
      }
    }).pipe(Effect.scoped)
  )

  it.live("ends above 1 when it cannot compare, and says why in one line", () =>
    Effect.gen(function* () {
      const { run, server } = yield* connect
      yield* run(["apply", "-f", "-", "--field-manager", "someone"], { stdin: configMap("a") })
      const unreachable = temporaryFile(
        "kubeconfig",
        server.kubeconfig.replace(/server:.*/, "server: https://127.0.0.1:1")
      )
      const cases: ReadonlyArray<
        readonly [code: number, message: RegExp, words: ReadonlyArray<string>, stdin: string]
      > = [
        [2, /conflict with "someone": \.data\.key.*--force-conflicts/, ["-f", "-"], configMap("b")],
        [64, /nothing to compare: give a file with -f/, [], ""],
        [65, /nowhere\.yaml: there is no such file/, ["-f", "nowhere.yaml"], ""],
        [65, /serves no kind "Thing"/, ["-f", "-"], "{apiVersion: x.io/v1, kind: Thing, metadata: {name: a}}"],
        [69, /ECONNREFUSED/, ["-f", "-", "--kubeconfig", unreachable], configMap("a")],
        [77, /cannot get resource "configmaps"/, ["-f", "-", "--as", "nobody"], configMap("a")]
      ]
      for (const [code, message, words, stdin] of cases) {
        const ran = yield* run(["diff", ...words], { stdin })
        assert.strictEqual(ran.code, code, ran.stderr)
        assert.match(ran.stderr, message)
        assert.strictEqual(ran.stderr.trim().split("\n").length, 1, ran.stderr)
        assert.strictEqual(ran.stdout, "")
      }
      const taken = yield* run(["diff", "-f", "-", "--force-conflicts"], { stdin: configMap("b") })
      assert.strictEqual(taken.code, 1, taken.stderr)
    }).pipe(Effect.scoped)
  )
})
