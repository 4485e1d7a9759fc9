import { mkdir, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as CertificateError from "../src/CertificateError.ts"
import * as Kubeconfig from "../src/Kubeconfig.ts"
import { KubeconfigError } from "../src/KubeconfigError.ts"
import { base64, clientFields, clientLeaf, kubeconfigText, makeAuthority } from "./support/TlsServer.ts"
import { temporaryFolder } from "./support/temporaryFolder.ts"

const folder = temporaryFolder()
const write = (path: string, text: string) => Effect.promise(() => writeFile(path, text))
const server = "https://lab.example:6443"
const noEnvironment = { HOME: "/nonexistent" }

const failure = (options: Kubeconfig.LoadOptions) =>
  Effect.flip(Kubeconfig.load({ environment: noEnvironment, ...options }))

const kubeconfigFailure = (options: Kubeconfig.LoadOptions) =>
  Effect.map(failure(options), (error) => {
    assert.instanceOf(error, KubeconfigError)
    return error as KubeconfigError
  })

const certificateFailure = (options: Kubeconfig.LoadOptions) =>
  Effect.map(failure(options), (error) => {
    assert.instanceOf(error, CertificateError.CertificateError)
    assert.strictEqual((error as CertificateError.CertificateError).where, "kubeconfig")
    return error as CertificateError.CertificateError
  })

const fields = {
  cluster: [
    "server",
    "certificate-authority",
    "certificate-authority-data",
    "insecure-skip-tls-verify",
    "tls-server-name",
    "proxy-url",
    "extensions"
  ],
  user: [
    "client-certificate",
    "client-certificate-data",
    "client-key-data",
    "token",
    "tokenFile",
    "as",
    "as-groups",
    "as-user-extra",
    "exec",
    "auth-provider"
  ],
  context: ["cluster", "user", "namespace"]
} as const

/** Fields of a kubeconfig with values that have no business there. */
const fieldsOf = (entry: keyof typeof fields) =>
  Schema.Array(Schema.Tuple([Schema.Literals(fields[entry]), Schema.Json]))

describe("Kubeconfig", () => {
  describe("finding it", () => {
    it.effect("reads the file that is named, and says which one it was", () =>
      Effect.gen(function* () {
        const path = join(yield* folder, "config")
        yield* write(path, kubeconfigText({ server }, { token: "t" }, { namespace: "shop" }))
        const kubeconfig = yield* Kubeconfig.load({ path })
        assert.strictEqual(kubeconfig.source, path)
        assert.strictEqual(kubeconfig.context, "lab")
        assert.strictEqual(kubeconfig.namespace, "shop")
        assert.strictEqual(kubeconfig.cluster.server, server)
      })
    )

    it.effect("a file that is named and missing is an error that names it", () =>
      Effect.gen(function* () {
        const error = yield* kubeconfigFailure({ path: "/nonexistent/config" })
        assert.strictEqual(error.reason, "missing")
        assert.include(error.message, "/nonexistent/config")
      })
    )

    it.effect("a folder in place of the file is unreadable", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* kubeconfigFailure({ path: tmpdir() })).reason, "unreadable")
      })
    )

    it.effect("an empty file, and one with comments only, is empty", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* kubeconfigFailure({ text: "" })).reason, "empty")
        assert.strictEqual((yield* kubeconfigFailure({ text: "# nothing\n" })).reason, "empty")
      })
    )

    it.effect("without any kubeconfig the error tells how to name one", () =>
      Effect.gen(function* () {
        const error = yield* kubeconfigFailure({})
        assert.strictEqual(error.reason, "missing")
        assert.include(error.hint, "--kubeconfig")
      })
    )

    it.effect("of the files of KUBECONFIG the first to name a thing wins whole, and missing ones do not matter", () =>
      Effect.gen(function* () {
        const root = yield* folder
        const [a, b] = [join(root, "a"), join(root, "b")]
        yield* write(
          a,
          JSON.stringify({
            clusters: [{ name: "lab", cluster: { server: "https://first:1" } }],
            users: [],
            contexts: []
          })
        )
        yield* write(
          b,
          kubeconfigText({ server: "https://second:2", "tls-server-name": "second" }, { token: "from-b" })
        )
        const environment = { KUBECONFIG: [a, join(root, "missing"), "", b].join(delimiter) }
        const kubeconfig = yield* Kubeconfig.load({ environment })
        assert.strictEqual(kubeconfig.cluster.server, "https://first:1")
        assert.isUndefined(kubeconfig.cluster.tlsServerName)
        assert.strictEqual(kubeconfig.user.token && Redacted.value(kubeconfig.user.token), "from-b")
      })
    )

    it.effect("reads ~/.kube/config when nothing else is named", () =>
      Effect.gen(function* () {
        const home = yield* folder
        yield* Effect.promise(() => mkdir(join(home, ".kube")))
        yield* write(join(home, ".kube", "config"), kubeconfigText({ server }))
        const kubeconfig = yield* Kubeconfig.load({ environment: { HOME: home } })
        assert.strictEqual(kubeconfig.cluster.server, server)
      })
    )

    it.effect("in a pod it uses the service account", () =>
      Effect.gen(function* () {
        const mount = yield* folder
        const ca = yield* makeAuthority()
        yield* write(join(mount, "token"), "pod-token\n")
        yield* write(join(mount, "ca.crt"), ca.certificate.pem)
        yield* write(join(mount, "namespace"), "robots\n")
        const kubeconfig = yield* Kubeconfig.load({
          environment: { ...noEnvironment, KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" },
          serviceAccountFolder: mount
        })
        assert.strictEqual(kubeconfig.cluster.server, "https://[fd00::1]:443")
        assert.strictEqual(kubeconfig.namespace, "robots")
        assert.strictEqual(kubeconfig.user.tokenFile, join(mount, "token"))
      })
    )
  })

  describe("what it says", () => {
    it.effect("what is not YAML is refused with the line, and without the text", () =>
      Effect.gen(function* () {
        const error = yield* kubeconfigFailure({ text: 'apiVersion: v1\nusers: [{ token: "secret-token"\n' })
        assert.strictEqual(error.reason, "malformed")
        assert.include(error.detail, "line")
        assert.notInclude(JSON.stringify(error), "secret-token")
      })
    )

    for (const text of ["just words", "[1, 2]", "kind: Pod\napiVersion: v1"]) {
      it.effect(`${JSON.stringify(text)} is no kubeconfig`, () =>
        Effect.gen(function* () {
          assert.strictEqual((yield* kubeconfigFailure({ text })).reason, "malformed")
        })
      )
    }

    it.effect("an unknown context is told with those there are", () =>
      Effect.gen(function* () {
        const error = yield* kubeconfigFailure({ text: kubeconfigText({ server }), context: "prod" })
        assert.strictEqual(error.reason, "unknown-context")
        assert.include(error.message, '"prod"')
        assert.include(error.hint, "lab")
      })
    )

    it.effect("a context that names an unknown cluster or user is told with the field", () =>
      Effect.gen(function* () {
        const cluster = yield* kubeconfigFailure({ text: kubeconfigText({ server }, {}, { cluster: "gone" }) })
        assert.deepStrictEqual([cluster.reason, cluster.field], ["unknown-cluster", "contexts[lab].context.cluster"])
        const user = yield* kubeconfigFailure({ text: kubeconfigText({ server }, {}, { user: "bob" }) })
        assert.deepStrictEqual([user.reason, user.field], ["unknown-user", "contexts[lab].context.user"])
      })
    )

    it.effect("a context without a user is anonymous, with the cluster's CA in force", () =>
      Effect.gen(function* () {
        const ca = yield* makeAuthority()
        const text = kubeconfigText(
          { server, "certificate-authority-data": base64(ca.certificate.pem) },
          {},
          { user: "" }
        )
        const kubeconfig = yield* Kubeconfig.load({ text })
        assert.isUndefined(kubeconfig.user.name)
        assert.strictEqual(kubeconfig.cluster.certificateAuthority, ca.certificate.pem)
      })
    )

    it.effect("a server that is missing or no URL is told with the field", () =>
      Effect.gen(function* () {
        for (const cluster of [{}, { server: "lab:6443" }, { server: "ftp://lab" }]) {
          const error = yield* kubeconfigFailure({ text: kubeconfigText(cluster) })
          assert.deepStrictEqual([error.reason, error.field], ["invalid-field", "clusters[lab].cluster.server"])
        }
      })
    )

    it.effect("a proxy that is no URL we know is told with the field", () =>
      Effect.gen(function* () {
        const error = yield* kubeconfigFailure({ text: kubeconfigText({ server, "proxy-url": "proxy:3128" }) })
        assert.deepStrictEqual([error.reason, error.field], ["invalid-field", "clusters[lab].cluster.proxy-url"])
      })
    )

    it.effect("flags go before the file: cluster, user, namespace, token, impersonation, insecure", () =>
      Effect.gen(function* () {
        const ca = yield* makeAuthority()
        const text = kubeconfigText(
          { server, "certificate-authority-data": base64(ca.certificate.pem) },
          { exec: { command: "x", apiVersion: "client.authentication.k8s.io/v1" } }
        )
        const kubeconfig = yield* Kubeconfig.load({
          text,
          namespace: "n",
          token: Redacted.make("flag"),
          as: "eve",
          asGroups: ["a", "b"],
          insecureSkipTlsVerify: true
        })
        assert.strictEqual(kubeconfig.namespace, "n")
        assert.isUndefined(kubeconfig.user.exec)
        assert.deepStrictEqual(kubeconfig.user.impersonate, {
          user: "eve",
          uid: undefined,
          groups: ["a", "b"],
          extra: {}
        })
        assert.isTrue(kubeconfig.cluster.insecureSkipTlsVerify)
        assert.isUndefined(kubeconfig.cluster.certificateAuthority)
      })
    )

    it.effect("a server given by flag needs no kubeconfig", () =>
      Effect.gen(function* () {
        const kubeconfig = yield* Kubeconfig.load({ environment: noEnvironment, server: "http://127.0.0.1:8001" })
        assert.strictEqual(kubeconfig.cluster.server, "http://127.0.0.1:8001")
        assert.isUndefined(kubeconfig.context)
      })
    )

    it.effect(
      "reads what client-node passes over: tokenFile, as-groups, as-uid, as-user-extra, exec's own fields",
      () =>
        Effect.gen(function* () {
          const path = join(yield* folder, "config")
          yield* write(
            path,
            kubeconfigText(
              {
                server,
                extensions: [{ name: "client.authentication.k8s.io/exec", extension: { audience: "lab" } }]
              },
              {
                tokenFile: "token",
                as: "eve",
                "as-groups": ["a", "b"],
                "as-uid": "7",
                "as-user-extra": { "example.org/scope": ["x", "y"] },
                exec: {
                  apiVersion: "client.authentication.k8s.io/v1",
                  command: "bin/login",
                  args: ["--now"],
                  env: [{ name: "A", value: "1" }],
                  provideClusterInfo: true,
                  interactiveMode: "Never"
                }
              }
            )
          )
          const { cluster, user } = yield* Kubeconfig.load({ path })
          const root = join(path, "..")
          assert.strictEqual(user.tokenFile, join(root, "token"))
          assert.deepStrictEqual(user.impersonate, {
            user: "eve",
            uid: "7",
            groups: ["a", "b"],
            extra: { "example.org/scope": ["x", "y"] }
          })
          assert.strictEqual(user.exec?.command, join(root, "bin/login"))
          assert.deepStrictEqual(user.exec && Redacted.value(user.exec.env), { A: "1" })
          assert.isTrue(user.exec?.provideClusterInfo)
          assert.strictEqual(user.exec?.interactiveMode, "Never")
          assert.deepStrictEqual(cluster.execExtension, { audience: "lab" })
        })
    )

    it.effect("a provider that Kubernetes has dropped is refused with what to use instead", () =>
      Effect.gen(function* () {
        const error = yield* kubeconfigFailure({
          text: kubeconfigText({ server }, { "auth-provider": { name: "gcp" } })
        })
        assert.include(error.message, "gcp")
        assert.include(error.hint, "exec")
      })
    )
  })

  describe("certificates and keys", () => {
    it.effect("takes data and files alike, files relative to the kubeconfig's folder", () =>
      Effect.gen(function* () {
        const root = yield* folder
        const ca = yield* makeAuthority()
        const leaf = yield* clientLeaf(ca)
        yield* write(join(root, "ca.pem"), ca.certificate.pem)
        yield* write(join(root, "ada.pem"), leaf.chainPem)
        yield* write(join(root, "ada.key"), Redacted.value(leaf.privateKeyPem))
        yield* write(
          join(root, "config"),
          kubeconfigText(
            { server, "certificate-authority": "ca.pem" },
            { "client-certificate": "ada.pem", "client-key": "ada.key" }
          )
        )
        const kubeconfig = yield* Kubeconfig.load({ path: join(root, "config") })
        assert.strictEqual(kubeconfig.cluster.certificateAuthority, ca.certificate.pem)
        assert.strictEqual(kubeconfig.user.clientCertificate?.subject, "CN=ada")
        assert.deepStrictEqual(kubeconfig.user.clientCertificate?.notAfter, leaf.certificate.notAfter)
      })
    )

    it.effect("a file that is missing is told with its path and field", () =>
      Effect.gen(function* () {
        const error = yield* kubeconfigFailure({
          text: kubeconfigText({ server, "certificate-authority": "/no/ca.pem" })
        })
        assert.deepStrictEqual(
          [error.reason, error.field],
          ["unreadable", "clusters[lab].cluster.certificate-authority"]
        )
        assert.include(error.message, "/no/ca.pem")
      })
    )

    it.effect("a CA that is not base64 is told as such", () =>
      Effect.gen(function* () {
        const error = yield* kubeconfigFailure({
          text: kubeconfigText({ server, "certificate-authority-data": "-----BEGIN CERTIFICATE-----" })
        })
        assert.strictEqual(error.field, "clusters[lab].cluster.certificate-authority-data")
        assert.include(error.detail, "base64")
      })
    )

    it.effect("a CA of garbage, of nothing, or cut short is an invalid bundle, though Node would take it", () =>
      Effect.gen(function* () {
        const ca = yield* makeAuthority()
        const { pem } = ca.certificate
        for (const broken of ["garbage", "\n", pem.slice(0, 300), pem.slice(0, -20), `${pem}${pem.slice(0, 200)}`]) {
          const error = yield* certificateFailure({
            text: kubeconfigText({ server, "certificate-authority-data": base64(broken) })
          })
          assert.strictEqual(error.reason, "invalid-ca-bundle", broken)
          assert.include(error.message, "clusters[lab].cluster.certificate-authority-data")
          assert.include(error.message, 'context "lab"')
        }
      })
    )

    it.effect("a certificate without a key, and a key without a certificate, are told", () =>
      Effect.gen(function* () {
        const { "client-certificate-data": certificate, "client-key-data": key } = clientFields(
          yield* clientLeaf(yield* makeAuthority())
        )
        const keyless = yield* certificateFailure({
          text: kubeconfigText({ server }, { "client-certificate-data": certificate })
        })
        assert.include(keyless.message, "no client key")
        const certless = yield* certificateFailure({ text: kubeconfigText({ server }, { "client-key-data": key }) })
        assert.include(certless.message, "no client certificate")
      })
    )

    it.effect("a key of another certificate, and a key that is none, are malformed, and never shown", () =>
      Effect.gen(function* () {
        const ca = yield* makeAuthority()
        const [one, other] = [yield* clientLeaf(ca), yield* clientLeaf(ca)]
        const mixed = { ...clientFields(one), "client-key-data": clientFields(other)["client-key-data"] }
        const mismatch = yield* certificateFailure({ text: kubeconfigText({ server }, mixed) })
        assert.strictEqual(mismatch.reason, "malformed")
        assert.include(mismatch.message, "does not belong")
        assert.include(mismatch.message, "users[ada].user.client-key-data")
        const garbage = yield* certificateFailure({
          text: kubeconfigText({ server }, { ...clientFields(one), "client-key-data": base64("my-secret-garbage") })
        })
        assert.strictEqual(garbage.reason, "malformed")
        for (const error of [mismatch, garbage]) {
          assert.notMatch(JSON.stringify(error) + error.message, /my-secret-garbage|PRIVATE KEY-----\w/)
        }
      })
    )

    it.effect("an insecure cluster with a CA is refused, as kubectl refuses it", () =>
      Effect.gen(function* () {
        const ca = yield* makeAuthority()
        const error = yield* kubeconfigFailure({
          text: kubeconfigText({
            server,
            "certificate-authority-data": base64(ca.certificate.pem),
            "insecure-skip-tls-verify": true
          })
        })
        assert.strictEqual(error.field, "clusters[lab].cluster.insecure-skip-tls-verify")
      })
    )

    it.effect("secrets stay hidden when a kubeconfig is printed", () =>
      Effect.gen(function* () {
        const kubeconfig = yield* Kubeconfig.load({
          text: kubeconfigText(
            { server, "proxy-url": "http://u:hidden-proxy@proxy" },
            {
              token: "hidden-token",
              username: "u",
              password: "hidden-password",
              exec: {
                apiVersion: "client.authentication.k8s.io/v1",
                command: "x",
                env: [{ name: "SECRET", value: "hidden-environment" }]
              }
            }
          )
        })
        assert.notMatch(JSON.stringify(kubeconfig) + String(kubeconfig.user.token), /hidden-/)
      })
    )
  })

  it.effect.prop(
    "whatever stands in its fields, it loads or fails typed",
    [fieldsOf("cluster"), fieldsOf("user"), fieldsOf("context")],
    ([cluster, user, context]) =>
      Effect.gen(function* () {
        const text = kubeconfigText(
          { server, ...Object.fromEntries(cluster) },
          Object.fromEntries(user),
          Object.fromEntries(context)
        )
        const result = yield* Effect.result(Kubeconfig.load({ text, environment: noEnvironment }))
        if (result._tag === "Failure") assert.include(["KubeconfigError", "CertificateError"], result.failure._tag)
      })
  )

  it.effect.prop("whatever the text, it loads or fails typed", [Schema.String, Schema.Json], ([text, json]) =>
    Effect.gen(function* () {
      for (const one of [text, JSON.stringify(json), `apiVersion: v1\nclusters:\n- ${text}`]) {
        const error = yield* failure({ text: one })
        assert.strictEqual(error._tag, "KubeconfigError")
      }
    })
  )
})

describe("the names in a kubeconfig", () => {
  it.live("are merged from all its files, and read though what they lead to is broken", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const [one, two] = [join(at, "one"), join(at, "two")]
      const lab = { name: "lab", context: { cluster: "gone" } }
      const broken = { name: "lab", cluster: { server, "certificate-authority-data": "%" } }
      yield* write(one, JSON.stringify({ contexts: [lab], clusters: [broken] }))
      yield* write(
        two,
        JSON.stringify({ contexts: [lab, { ...lab, name: "shop" }], users: [{ name: "ada", user: {} }] })
      )
      const environment = { ...noEnvironment, KUBECONFIG: [one, two].join(delimiter) }
      assert.deepStrictEqual(yield* Kubeconfig.names({ environment }), {
        contexts: ["lab", "shop"],
        clusters: ["lab"],
        users: ["ada"]
      })
      assert.strictEqual((yield* Effect.flip(Kubeconfig.names({ path: join(at, "none") }))).reason, "missing")
    })
  )
})
