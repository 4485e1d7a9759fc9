import { writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as TextWidth from "@holdfast/cli/output/TextWidth"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import { ApiServer } from "@holdfast/testkit"
import { Effect, Redacted } from "effect"
import { temporaryFile } from "./support/bundle.ts"
import { holdfast } from "./support/holdfast.ts"
import { type Fault, plant } from "./support/planted.ts"

/** An API server with something planted, and the program on it. */
const cluster = Effect.fnUntraced(function* (...faults: ReadonlyArray<Fault>) {
  const server = yield* ApiServer.make({ controllerManager: false })
  const admin = yield* KubernetesClient.make({ text: server.kubeconfig })
  for (const fault of faults) yield* plant(server, admin, fault)
  const env = { KUBECONFIG: temporaryFile("kubeconfig", server.kubeconfig) }
  return {
    server,
    admin,
    certs: (words: ReadonlyArray<string>, options: Parameters<typeof holdfast>[1] = {}) =>
      Effect.promise(() => holdfast(["certs", ...words], { ...options, env: { ...env, ...options.env } }))
  }
})

const chain = Effect.gen(function* () {
  const ca = yield* CertificateAuthority.make({ commonName: "shop-ca", validity: "3650 days" })
  const leaf = yield* CertificateAuthority.issue(ca, { dnsNames: ["web.shop.svc"], validity: "90 days" })
  return { ca, leaf, key: Redacted.value(leaf.privateKeyPem) }
})

describe("holdfast certs list", () => {
  it.live("lists every certificate once, with its issuer, its names, its places and its users", () =>
    Effect.gen(function* () {
      const { certs } = yield* cluster({ name: "shop", kind: "webhook", leaf: { validity: "5 days" } })
      const { code, stdout } = yield* certs(["list", "-o", "json"])
      assert.strictEqual(code, 0)
      const { certificates } = JSON.parse(stdout)
      const found = new Map<string, Record<string, unknown>>(
        certificates.map((one: Record<string, ReadonlyArray<string>>) => [one["dnsNames"]?.[0] ?? one["subject"], one])
      )
      const leaf = found.get("shop.shop.svc")
      assert.deepStrictEqual(
        [leaf?.["issuer"], leaf?.["foundIn"], leaf?.["usedBy"]],
        [
          "CN=shop-ca",
          ["Secret shop/shop-serving"],
          ["webhook shop.example.org of validatingwebhookconfiguration/shop", "pod shop/serving"]
        ]
      )
      assert.deepStrictEqual(found.get("CN=shop-ca")?.["foundIn"], [
        "caBundle of validatingwebhookconfiguration/shop",
        "Secret shop/shop-serving"
      ])
      assert.deepStrictEqual(found.get("localhost")?.["usedBy"], ["API server"])
      // The one that ends first stands first.
      assert.strictEqual(certificates[0].dnsNames[0], "shop.shop.svc")
    }).pipe(Effect.scoped)
  )

  it.live("prints a table, or blocks where the terminal is too narrow for it", () =>
    Effect.gen(function* () {
      const { certs } = yield* cluster({ name: "shop", kind: "webhook" })
      const piped = yield* certs(["list", "-n", "shop"])
      assert.match(
        piped.stdout,
        /^CERTIFICATE +ISSUER +NAMES +ENDS +USED BY\nshop\.shop\.svc +shop-ca +shop\.shop\.svc +in 364d/
      )
      assert.notInclude(piped.stdout, "kubernetes-admin")
      const narrow = yield* certs(["list"], { terminal: { columns: 40 }, env: { NO_COLOR: "1" } })
      assert.include(narrow.stdout, "shop.shop.svc\n  issuer: shop-ca\n")
      for (const line of narrow.stdout.split("\n")) {
        assert.isTrue(TextWidth.width(line) <= 40 || !line.trim().includes(" "), line)
      }
    }).pipe(Effect.scoped)
  )

  it.live("says what it may not read", () =>
    Effect.gen(function* () {
      const { certs, server } = yield* cluster()
      const nobody = temporaryFile("kubeconfig", yield* server.kubeconfigFor({ user: "nobody" }))
      const { code, stderr, stdout } = yield* certs(["list", "--kubeconfig", nobody])
      assert.strictEqual(code, 0)
      assert.match(
        stderr,
        /warning: Secret objects may not be read, so their certificates are missing\. Ask for a role/
      )
      assert.include(stdout, "nobody")
    }).pipe(Effect.scoped)
  )
})

describe("holdfast certs calendar", () => {
  it.live("fits 40 columns and 120, in colours on a terminal alone", () =>
    Effect.gen(function* () {
      const { certs } = yield* cluster({ name: "shop", kind: "webhook", leaf: { validity: "5 days" } })
      for (const columns of [40, 120]) {
        const { stdout } = yield* certs(["calendar"], { terminal: { columns } })
        assert.include(stdout, "\u001b[33m")
        assert.isTrue(
          stdout.split("\n").every((line) => TextWidth.width(line) <= columns),
          stdout
        )
        const plain = yield* certs(["calendar"], { terminal: { columns }, env: { NO_COLOR: "1" } })
        assert.notInclude(plain.stdout, "\u001b")
      }
      const piped = yield* certs(["calendar", "-n", "shop"])
      assert.notInclude(piped.stdout, "\u001b")
      assert.match(piped.stdout, /^ +.*2027.*\nshop\.shop\.svc .*│.* in 4d\nshop-ca .*│█+▶ in 9y\n$/)
    }).pipe(Effect.scoped)
  )

  it.live("refuses spans that cannot be drawn", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* Effect.promise(() => holdfast(["certs", "calendar", "--ahead", "5s"]))
      assert.strictEqual(code, 64)
      assert.include(stderr, "expected a duration from 1h to 36500d")
    })
  )
})

describe("holdfast certs inspect", () => {
  it.live("shows the chain of a Secret, and never its key", () =>
    Effect.gen(function* () {
      const { certs } = yield* cluster({ name: "shop", kind: "webhook" })
      for (const words of [
        ["secret/shop-serving"],
        ["secret", "shop-serving"],
        ["secret/shop-serving", "-o", "json"]
      ]) {
        const { code, stdout } = yield* certs(["inspect", ...words, "-n", "shop"])
        assert.strictEqual(code, 0)
        assert.include(stdout, "the key in the Secret belongs to it")
        assert.include(stdout, "it verifies under ca.crt")
        assert.notInclude(stdout, "PRIVATE KEY")
      }
    }).pipe(Effect.scoped)
  )

  it.live("shows what an API object trusts beside what is stored for it", () =>
    Effect.gen(function* () {
      const { certs } = yield* cluster(
        { name: "sound", kind: "webhook" },
        { name: "torn", kind: "conversion", trusts: "another" },
        { name: "api", kind: "api" }
      )
      const sound = yield* certs(["inspect", "validatingwebhookconfiguration/sound"])
      assert.match(sound.stdout, /^caBundle of webhook sound\.example\.org/)
      assert.include(sound.stdout, "√ it verifies under the caBundle for sound.sound.svc")
      const torn = yield* certs(["inspect", "crd/things.torn.example.org"])
      assert.match(torn.stdout, /× Secret torn\/torn-serving does not verify under its caBundle/)
      const api = yield* certs(["inspect", "apiservice/v1.api.example.org"])
      assert.match(api.stdout, /^caBundle of apiservice\/v1\.api\.example\.org/)
    }).pipe(Effect.scoped)
  )

  it.live("shows what a server presents, and the API server's under the kubeconfig's authority", () =>
    Effect.gen(function* () {
      const { certs, server } = yield* cluster()
      const { code, stdout } = yield* certs(["inspect", server.url])
      assert.strictEqual(code, 0)
      assert.include(stdout, "√ it verifies under the kubeconfig's authority for 127.0.0.1")
      const other = yield* certs(["inspect", server.url, "--server", "https://elsewhere.example.org"])
      assert.match(other.stdout, /× it does not verify under the public authorities: /)
      const nobody = yield* certs(["inspect", "127.0.0.1:1"])
      assert.deepStrictEqual([nobody.code, nobody.stdout], [69, ""])
      assert.include(nobody.stderr, "127.0.0.1:1 presented no certificate: ECONNREFUSED")
    }).pipe(Effect.scoped)
  )

  it.live("reads PEM, DER, kubeconfigs and manifests from files and standard input", () =>
    Effect.gen(function* () {
      const { ca, key, leaf } = yield* chain
      const whole = `${leaf.certificatePem}${ca.certificate.pem}`
      const inspect = (file: string, stdin = "") =>
        Effect.promise(() => holdfast(["certs", "inspect", file], { stdin }))
      const pem = yield* inspect(temporaryFile("chain.pem", `${key}${whole}`))
      assert.match(pem.stdout, /1\. {2}.*\n[\s\S]*2\. {2}CN=shop-ca \(may sign others\)/)
      assert.notInclude(pem.stdout, "PRIVATE KEY")
      const der = temporaryFile("leaf.der", "")
      writeFileSync(der, leaf.certificate.der)
      assert.include((yield* inspect(der)).stdout, "names   web.shop.svc")
      const secret = {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "web", namespace: "shop" },
        data: { "tls.crt": Buffer.from(whole).toString("base64") }
      }
      const manifest = yield* inspect("-", JSON.stringify(secret))
      assert.include(manifest.stdout, "Secret shop/web: tls.crt")
      assert.include(manifest.stdout, "√ each is signed by the next, the last one by itself")
    }).pipe(Effect.scoped)
  )

  it.live("says what is wrong with what it was given", () =>
    Effect.gen(function* () {
      const inspect = (...words: ReadonlyArray<string>) =>
        Effect.promise(() => holdfast(["certs", "inspect", ...words]))
      const cases = [
        [[], 64, "nothing to inspect"],
        [["no-such-file.pem"], 65, "there is no such file"],
        [[temporaryFile("text", "just words")], 65, "there is no certificate in"],
        [[temporaryFile("broken.yaml", "a: [")], 65, "there is no certificate in"],
        [[temporaryFile("bytes", "\u0000\u0001\ufffd")], 65, "there is no certificate in"]
      ] as const
      for (const [words, expected, told] of cases) {
        const { code, stderr, stdout } = yield* inspect(...words)
        assert.deepStrictEqual([code, stdout], [expected, ""], words.join(" "))
        assert.include(stderr, told)
      }
      const cut = yield* inspect(
        temporaryFile("cut.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
      )
      assert.strictEqual(cut.code, 0)
      assert.match(cut.stdout, /× The CA bundle is broken: the block on line 1 is not X\.509/)
    })
  )
})
