import { chmod, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/testing/TestClock"
import * as Credentials from "../src/Credentials.ts"
import * as Kubeconfig from "../src/Kubeconfig.ts"
import type { KubeconfigError } from "../src/KubeconfigError.ts"
import * as Transport from "../src/Transport.ts"
import {
  base64,
  clientLeaf,
  json,
  kubeconfigText,
  makeAuthority,
  make as makeServer,
  serverLeaf
} from "./support/TlsServer.ts"
import { temporaryFolder } from "./support/temporaryFolder.ts"

const folder = temporaryFolder()

const credentialsOf = (user: object) =>
  Effect.map(
    Kubeconfig.load({ text: kubeconfigText({ server: "https://lab.example" }, { ...user }) }),
    Credentials.make
  )

const authorization = (credentials: Credentials.Credentials) =>
  Effect.map(credentials.current, ({ headers }) => Redacted.value(headers)["Authorization"])

/** A plugin that counts its runs in a file and prints what `print` (JavaScript) makes of the number. */
const plugin = (print: string) =>
  Effect.gen(function* () {
    const root = yield* folder
    const command = join(root, "login")
    const counter = join(root, "runs")
    yield* Effect.promise(async () => {
      await writeFile(
        command,
        `#!${process.execPath}
const fs = require("node:fs")
const counter = ${JSON.stringify(counter)}
const run = fs.existsSync(counter) ? Number(fs.readFileSync(counter, "utf8")) + 1 : 1
fs.writeFileSync(counter, String(run))
const credential = (status) => JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status })
${print}
`
      )
      await chmod(command, 0o755)
    })
    return {
      exec: {
        apiVersion: "client.authentication.k8s.io/v1",
        command,
        args: ["get-token"],
        interactiveMode: "Never"
      },
      runs: Effect.promise(() => readFile(counter, "utf8").then(Number))
    }
  })

const execFailure = (print: string, more: object = {}) =>
  Effect.gen(function* () {
    const { exec } = yield* plugin(print)
    const credentials = yield* credentialsOf({ exec: { ...exec, ...more } })
    const error = yield* Effect.flip(credentials.current)
    assert.strictEqual(error._tag, "KubeconfigError")
    assert.strictEqual((error as KubeconfigError).reason, "exec-failed")
    return { error: error as KubeconfigError, command: exec.command }
  })

describe("Credentials", () => {
  it.effect("an anonymous user sends nothing", () =>
    Effect.gen(function* () {
      const credentials = yield* credentialsOf({})
      assert.deepStrictEqual(Redacted.value((yield* credentials.current).headers), {})
    })
  )

  it.effect("a user name and password go as basic authentication", () =>
    Effect.gen(function* () {
      const credentials = yield* credentialsOf({ username: "ada", password: "p:w" })
      assert.strictEqual(yield* authorization(credentials), `Basic ${base64("ada:p:w")}`)
    })
  )

  it.effect("a token file goes before a token, and is read again after a minute", () =>
    Effect.gen(function* () {
      const tokenFile = join(yield* folder, "token")
      const write = (text: string) => Effect.promise(() => writeFile(tokenFile, text))
      yield* write("one\n")
      const credentials = yield* credentialsOf({ tokenFile, token: "other" })
      assert.strictEqual(yield* authorization(credentials), "Bearer one")
      yield* write("two")
      assert.strictEqual(yield* authorization(credentials), "Bearer one")
      yield* TestClock.adjust("61 seconds")
      assert.strictEqual(yield* authorization(credentials), "Bearer two")
    })
  )

  it.effect("a token file that is empty or gone fails with its path", () =>
    Effect.gen(function* () {
      const tokenFile = join(yield* folder, "token")
      const credentials = yield* credentialsOf({ tokenFile })
      assert.include((yield* Effect.flip(credentials.current)).message, tokenFile)
      yield* Effect.promise(() => writeFile(tokenFile, " \n"))
      assert.include((yield* Effect.flip(credentials.current)).message, "is empty")
    })
  )

  describe("credential plugins", () => {
    it.effect("run once, however many ask, and again when their token ends", () =>
      Effect.gen(function* () {
        const { exec, runs } = yield* plugin(
          `console.log(credential({ token: "t" + run, expirationTimestamp: new Date(3_600_000 * run).toISOString() }))`
        )
        const credentials = yield* credentialsOf({ exec })
        const both = yield* Effect.all([authorization(credentials), authorization(credentials)], {
          concurrency: "unbounded"
        })
        assert.deepStrictEqual(both, ["Bearer t1", "Bearer t1"])
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(yield* authorization(credentials), "Bearer t2")
        assert.strictEqual(yield* runs, 2)
      })
    )

    it.effect("get their environment and are told about the cluster when they ask for it", () =>
      Effect.gen(function* () {
        const { exec } = yield* plugin(
          `const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO)
          console.log(credential({ token: [process.env.A, process.argv[2], info.spec.interactive, info.spec.cluster.server].join() }))`
        )
        const credentials = yield* credentialsOf({
          exec: { ...exec, env: [{ name: "A", value: "1" }], provideClusterInfo: true }
        })
        assert.strictEqual(yield* authorization(credentials), "Bearer 1,get-token,false,https://lab.example")
      })
    )

    it.effect("that fail are told with command, exit code and what they said", () =>
      Effect.gen(function* () {
        const { command, error } = yield* execFailure(
          `console.log("token-on-stdout"); console.error("no session"); process.exit(3)`
        )
        assert.include(error.message, command)
        assert.include(error.message, "exited with code 3: no session")
        assert.notInclude(JSON.stringify(error), "token-on-stdout")
      })
    )

    it.effect("that print no credential are told so, without what they printed", () =>
      Effect.gen(function* () {
        for (const [print, detail] of [
          [`console.log("secret-text")`, "no JSON"],
          [`console.log(JSON.stringify({ kind: "Status", token: "secret-text" }))`, "no ExecCredential"],
          [`console.log(credential({}))`, "neither a token nor a certificate"],
          [`console.log(JSON.stringify({ kind: "ExecCredential", apiVersion: "v9" }))`, "version v9"]
        ] as const) {
          const { error } = yield* execFailure(print)
          assert.include(error.message, detail)
          assert.notInclude(JSON.stringify(error), "secret-text")
        }
      })
    )

    it.effect("that are not installed are told with the install hint", () =>
      Effect.gen(function* () {
        const credentials = yield* credentialsOf({
          exec: {
            apiVersion: "client.authentication.k8s.io/v1",
            command: "no-such-plugin",
            installHint: "Get it at x."
          }
        })
        const error = yield* Effect.flip(credentials.current)
        assert.include(error.message, "no-such-plugin is not there")
        assert.include(error.message, "Get it at x.")
      })
    )

    it.effect("give a client certificate, which has to fit its key", () =>
      Effect.gen(function* () {
        const ca = yield* makeAuthority()
        const [one, other] = [yield* clientLeaf(ca), yield* clientLeaf(ca)]
        const print = (certificate: string, key: string) =>
          `console.log(credential(${JSON.stringify({ clientCertificateData: certificate, clientKeyData: key })}))`
        const good = yield* plugin(print(one.chainPem, Redacted.value(one.privateKeyPem)))
        const { clientCertificate } = yield* (yield* credentialsOf({ exec: good.exec })).current
        assert.deepStrictEqual(clientCertificate?.notAfter, one.certificate.notAfter)
        const bad = yield* plugin(print(one.chainPem, Redacted.value(other.privateKeyPem)))
        const error = yield* Effect.flip((yield* credentialsOf({ exec: bad.exec })).current)
        assert.strictEqual(error._tag, "CertificateError")
      })
    )

    it.live("that hang are ended when nobody waits for them any more", () =>
      Effect.gen(function* () {
        const { exec, runs } = yield* plugin(`setInterval(() => {}, 1000)
          fs.writeFileSync(counter, String(process.pid))`)
        const credentials = yield* credentialsOf({ exec })
        const fiber = yield* Effect.forkChild(credentials.current)
        const pid = yield* runs.pipe(
          Effect.catchDefect(() => Effect.fail("not yet")),
          Effect.filterOrFail((pid) => pid > 1),
          Effect.retry(Schedule.spaced("20 millis"))
        )
        yield* Fiber.interrupt(fiber)
        const isGone = Effect.sync(() => {
          try {
            return !process.kill(pid, 0)
          } catch {
            return true
          }
        })
        assert.isTrue(
          yield* isGone.pipe(Effect.repeat({ schedule: Schedule.spaced("20 millis"), until: (gone) => gone }))
        )
      }).pipe(Effect.scoped)
    )

    it.effect("are asked again after a 401, once, and the request is repeated", () =>
      Effect.gen(function* () {
        const { exec, runs } = yield* plugin(`console.log(credential({ token: "t" + run }))`)
        const ca = yield* makeAuthority()
        const server = yield* makeServer({ leaf: yield* serverLeaf(ca) }, (request, response) =>
          json(response, {}, request.headers.authorization === "Bearer t2" ? 200 : 401)
        )
        const cluster = { server: server.url, "certificate-authority-data": base64(ca.certificate.pem) }
        const transport = yield* Transport.make(Kubeconfig.load({ text: kubeconfigText(cluster, { exec }) }))
        const request = transport.request({ method: "GET", path: "/version" })
        assert.strictEqual((yield* request).status, 200)
        assert.strictEqual(yield* runs, 2)
        server.handler = (_request, response) => json(response, {}, 401)
        assert.strictEqual((yield* Effect.flip(request))._tag, "Unauthorized")
        assert.strictEqual(yield* runs, 3)
      })
    )
  })

  describe("OpenID Connect", () => {
    const token = (end: number, name: string) =>
      `${base64("{}")}.${Buffer.from(JSON.stringify({ exp: end, name })).toString("base64url")}.signature`

    it.effect("an identity token that has ended is refreshed at the issuer, trusted by its own CA", () =>
      Effect.gen(function* () {
        const ca = yield* makeAuthority("idp")
        const issuer = yield* makeServer({ leaf: yield* serverLeaf(ca) }, (request, response, body) => {
          if (request.url === "/.well-known/openid-configuration") {
            json(response, { token_endpoint: `${issuer.url}/token` })
          } else {
            const form = new URLSearchParams(body)
            json(response, {
              id_token: token(7200, "second"),
              refresh_token: `${form.get("refresh_token")}-next`
            })
          }
        })
        const credentials = yield* credentialsOf({
          "auth-provider": {
            name: "oidc",
            config: {
              "idp-issuer-url": issuer.url,
              "client-id": "holdfast",
              "id-token": token(3600, "first"),
              "refresh-token": "r1",
              "idp-certificate-authority-data": base64(ca.certificate.pem)
            }
          }
        })
        assert.strictEqual(yield* authorization(credentials), `Bearer ${token(3600, "first")}`)
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(yield* authorization(credentials), `Bearer ${token(7200, "second")}`)
        const [, refresh] = issuer.requests
        assert.include(refresh?.body, "grant_type=refresh_token")
        assert.include(refresh?.body, "refresh_token=r1")
      })
    )

    it.effect("one that has ended and cannot be refreshed asks to log in again", () =>
      Effect.gen(function* () {
        const credentials = yield* credentialsOf({
          "auth-provider": { name: "oidc", config: { "id-token": token(-1, "old") } }
        })
        const error = yield* Effect.flip(credentials.current)
        assert.strictEqual(error._tag === "KubeconfigError" && error.reason, "auth-failed")
        assert.include(error.message, "Log in again")
      })
    )
  })
})
