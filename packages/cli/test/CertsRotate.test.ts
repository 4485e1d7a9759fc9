import { assert, describe, it } from "@effect/vitest"
import { ApiServer } from "@holdfast/testkit"
import { Effect, Fiber } from "effect"
import { temporaryFile } from "./support/bundle.ts"
import { holdfast, type RunOptions } from "./support/holdfast.ts"
import { playRotations, statusOf, webhookCertificate } from "./support/rotations.ts"

const connect = Effect.fnUntraced(function* (steps: Parameters<typeof playRotations>[1] = () => []) {
  const server = yield* ApiServer.make()
  const played = yield* playRotations(server, steps)
  const kubeconfig = temporaryFile("kubeconfig", server.kubeconfig)
  const run = (words: ReadonlyArray<string>, options: RunOptions = {}) =>
    Effect.promise(() => holdfast(words, { ...options, env: { KUBECONFIG: kubeconfig, ...options.env } }))
  return { ...played, server, run }
})

const ref = {
  apiVersion: "certificates.holdfast.dev/v1alpha1",
  kind: "WebhookCertificate",
  namespace: "default",
  name: "hook"
}

describe("holdfast certs rotate", () => {
  it.live("asks by an annotation whose text is new each time, and says so", () =>
    Effect.gen(function* () {
      const { run, client } = yield* connect()
      yield* client.apply(webhookCertificate("hook"))
      const asked = yield* run(["certs", "rotate", "hook"])
      assert.deepStrictEqual(asked, {
        code: 0,
        stdout: "webhookcertificate.certificates.holdfast.dev/hook is asked to rotate\n",
        stderr: ""
      })
      const text = (yield* client.get(ref)).metadata.annotations?.["certificates.holdfast.dev/rotate"] ?? ""
      assert.match(text, /^\d{4}-\d\d-\d\dT/)
      yield* run(["certs", "rotate", "hook"])
      assert.notStrictEqual((yield* client.get(ref)).metadata.annotations?.["certificates.holdfast.dev/rotate"], text)
      const name = yield* run(["certs", "rotate", "hook", "--compromised", "-o", "name"])
      assert.strictEqual(name.stdout, "webhookcertificate.certificates.holdfast.dev/hook\n")
      assert.property((yield* client.get(ref)).metadata.annotations, "certificates.holdfast.dev/compromised")
    }).pipe(Effect.scoped)
  )

  it.live("follows a rotation to its end: each phase, each proof, each pod, and the time", () =>
    Effect.gen(function* () {
      const { run, client, write } = yield* connect((observed) => [
        statusOf("STAGE", { ...observed, epoch: 2, proven: false }),
        statusOf("TRUST", {
          ...observed,
          epoch: 3,
          proven: false,
          waitingFor: { what: "targets to settle", missing: ["ValidatingWebhookConfiguration/hook"] }
        }),
        statusOf("PROVE", { ...observed, epoch: 4, proven: false }),
        statusOf("PROVE", { ...observed, epoch: 4 }),
        statusOf("DRAIN", {
          ...observed,
          epoch: 5,
          failures: [{ at: "2026-01-01T00:00:00Z", message: "a pod was slow" }]
        }),
        statusOf("DRAIN", { ...observed, epoch: 5, leaf: "0B0B0B0B0B" }),
        statusOf("STABLE", { ...observed, epoch: 6, leaf: "0B0B0B0B0B" })
      ])
      yield* write(yield* client.apply(webhookCertificate("hook")), statusOf("STABLE"))
      const { code, stdout, stderr } = yield* run(["certs", "rotate", "hook", "--wait=retired"])
      assert.strictEqual(code, 0, stderr)
      assert.match(stdout, /^webhookcertificate\.certificates\.holdfast\.dev\/hook rotated in \d+.*\n$/)
      const told = [
        "► STAGE: stage goes on, as it was asked for (epoch 2)",
        "► TRUST: ",
        "► PROVE: ",
        "✔ API server 10.0.0.1:6443 trusts the newest CA",
        "► DRAIN: ",
        "‼ a pod was slow",
        "✔ pod hook-1 presents certificate 0b0b0b0b, which is trusted",
        "► STABLE: "
      ]
      let at = 0
      for (const line of told) {
        at = stderr.indexOf(line, at)
        assert.isAtLeast(at, 0, `${line} in ${stderr}`)
      }
    }).pipe(Effect.scoped)
  )

  it.live("ends when the new certificate is served, unless the end of the CA of before is wanted or has to be", () =>
    Effect.gen(function* () {
      const { run, client, write } = yield* connect((observed) => [
        statusOf("DRAIN", { ...observed, epoch: 5, waitingFor: { what: "pods", missing: ["hook-1"] } }),
        statusOf("DRAIN", { ...observed, epoch: 5, waitingFor: { what: "connections to end", missing: [] } })
      ])
      yield* write(yield* client.apply(webhookCertificate("hook")), statusOf("STABLE"))
      const served = yield* run(["certs", "rotate", "hook", "--wait"])
      assert.strictEqual(served.code, 0, served.stderr)
      assert.match(served.stdout, /hook serves a new certificate after /)
      for (const words of [["--wait=retired"], ["--wait", "--compromised"]]) {
        const late = yield* run(["certs", "rotate", "hook", "--timeout", "400ms", ...words])
        assert.strictEqual(late.code, 75)
        assert.match(late.stderr, /in DRAIN it waits for connections to end/)
        yield* client.patch(ref, { type: "merge", body: { metadata: { annotations: null } } })
      }
    }).pipe(Effect.scoped)
  )

  it.live("does not take an earlier rotation for its own, and tells at its deadline what is waited for", () =>
    Effect.gen(function* () {
      const { run, client, write } = yield* connect((observed) => [
        statusOf("STABLE", { observedRotate: "another" }),
        statusOf("DRAIN", { ...observed, waitingFor: { what: "pods", missing: ["hook-1", "hook-2"] } })
      ])
      yield* write(yield* client.apply(webhookCertificate("hook")), statusOf("STABLE"))
      const { code, stdout, stderr } = yield* run(["certs", "rotate", "hook", "--wait", "--timeout", "1s"])
      assert.strictEqual(code, 75, stderr)
      assert.strictEqual(stdout, "")
      assert.match(
        stderr,
        /the rotation of .*hook is not over: in DRAIN it waits for pods: hook-1, hook-2\. It goes on without us/
      )
    }).pipe(Effect.scoped)
  )

  it.live("tells that no operator is there to hear it", () =>
    Effect.gen(function* () {
      const { run, client } = yield* connect()
      yield* client.apply(webhookCertificate("hook"))
      const { code, stderr } = yield* run(["certs", "rotate", "hook", "--wait", "--timeout", "500ms"])
      assert.strictEqual(code, 75)
      assert.include(stderr, "the operator has not taken the request up. ")
    }).pipe(Effect.scoped)
  )

  it.live("tells what is wrong with a line, and changes nothing", () =>
    Effect.gen(function* () {
      const { run, client } = yield* connect()
      yield* client.apply(webhookCertificate("hook"))
      const cases: ReadonlyArray<readonly [code: number, message: RegExp, words: ReadonlyArray<string>]> = [
        [64, /needs the name of a WebhookCertificate/, ["rotate"]],
        [64, /"soon" for --timeout/, ["rotate", "hook", "--timeout", "soon"]],
        [64, /unknown flag: --compromise \(did you mean --compromised\?\)/, ["rotate", "hook", "--compromise"]],
        [1, /webhookcertificates.* "hok" not found/, ["rotate", "hook", "hok"]],
        [1, /"hook" not found/, ["rotate", "hook", "-n", "kube-system"]],
        [77, /cannot get resource "webhookcertificates"/, ["rotate", "hook", "--as", "nobody"]],
        [1, /no WebhookCertificate "hok" in the namespace default/, ["watch", "hok"]],
        [77, /cannot list resource "webhookcertificates"/, ["watch", "--as", "nobody"]],
        [64, /unexpected argument "other"/, ["watch", "hook", "other"]]
      ]
      for (const [code, message, words] of cases) {
        const ran = yield* run(["certs", ...words])
        assert.match(ran.stderr, message, words.join(" "))
        assert.strictEqual(ran.code, code, ran.stderr)
        assert.strictEqual(ran.stdout, "")
      }
      assert.isUndefined((yield* client.get(ref)).metadata.annotations)
      const bare = yield* ApiServer.make()
      const env = { KUBECONFIG: temporaryFile("kubeconfig", bare.kubeconfig) }
      for (const words of [["rotate", "hook"], ["watch"]]) {
        const none = yield* run(["certs", ...words], { env })
        assert.strictEqual(none.code, 65)
        assert.match(none.stderr, /no kind WebhookCertificate.*holdfast bootstrap/)
      }
    }).pipe(Effect.scoped)
  )
})

describe("holdfast certs watch", () => {
  it.live("tells how things are, and then what is new, until Ctrl-C", () =>
    Effect.gen(function* () {
      const { run, client, write } = yield* connect()
      const none = yield* run(["certs", "watch", "--once"])
      assert.deepStrictEqual([none.code, none.stdout], [0, ""])
      assert.include(none.stderr, "there are no WebhookCertificates")
      const hook = yield* client.apply(webhookCertificate("hook"))
      const silent = yield* run(["certs", "watch", "--once"])
      assert.match(silent.stdout, /^‼ \d\d:\d\d:\d\d default\/hook: no operator has said anything about it yet\n$/)
      yield* write(hook, statusOf("TRUST", { waitingFor: { what: "publication", missing: [] } }))
      const once = yield* run(["certs", "watch", "hook", "--once"])
      assert.strictEqual(once.code, 0, once.stderr)
      assert.match(once.stdout, /default\/hook: TRUST: trust goes on, as it was asked for \(epoch 1\)\n/)
      assert.match(once.stdout, /default\/hook: waiting for publication\n$/)

      const controller = new AbortController()
      const watching = yield* Effect.forkChild(run(["certs", "watch"], { signal: controller.signal }))
      yield* Effect.sleep("500 millis")
      yield* write(hook, statusOf("PROVE", { epoch: 2, ready: "a target is astray" }))
      yield* Effect.sleep("200 millis")
      yield* client.delete(ref)
      yield* Effect.sleep("300 millis")
      controller.abort("SIGINT")
      const { code, stdout } = yield* Fiber.join(watching)
      assert.strictEqual(code, 130)
      const lines = stdout.split("\n")
      assert.isTrue(lines.some((line) => /hook: PROVE: /.test(line)))
      assert.isTrue(lines.some((line) => /^✗ .*hook: not ready: a target is astray/.test(line)))
      assert.isTrue(lines.some((line) => /hook: it was deleted/.test(line)))
    }).pipe(Effect.scoped)
  )

  it.live("writes JSON lines for programs, and fits a terminal of 40 columns", () =>
    Effect.gen(function* () {
      const { run, client, write } = yield* connect()
      yield* write(yield* client.apply(webhookCertificate("hook")), statusOf("STABLE"))
      const json = yield* run(["certs", "watch", "--once", "-o", "json"])
      const { name, namespace, status } = JSON.parse(json.stdout)
      assert.deepStrictEqual([namespace, name, status.phase], ["default", "hook", "STABLE"])
      const narrow = yield* run(["certs", "watch", "--once"], { terminal: { columns: 40 }, env: { NO_COLOR: "1" } })
      for (const line of narrow.stdout.split("\n")) assert.isAtMost(line.length, 44, line)
    }).pipe(Effect.scoped)
  )
})
