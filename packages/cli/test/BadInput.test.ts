import { mkdtempSync } from "node:fs"
import * as http from "node:http"
import * as net from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { temporaryFile } from "./support/bundle.ts"
import { servers, withOperator } from "./support/operator.ts"

/** A server that answers as addresses do that are not what was meant; its port. */
const web = Effect.acquireRelease(
  Effect.callback<http.Server>((resume) => {
    const server = http.createServer(({ url, socket }, response) => {
      const answer = (status: number, type: string, text: string) =>
        response.writeHead(status, { "content-type": type }).end(text)
      switch (url) {
        case "/html":
          return answer(200, "text/html", "<!doctype html><html><body>Sign in</body></html>")
        case "/empty":
          return answer(200, "text/plain", "")
        case "/500":
          return answer(500, "text/plain", "oops")
        case "/reset":
          return socket.destroy()
        case "/version":
          return answer(200, "application/json", "{}")
        default:
          return answer(404, "text/html", "<html>not found</html>")
      }
    })
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
  }),
  (server) => Effect.sync(() => server.close())
)

/** A server that accepts connections and never says a word. */
const silent = Effect.acquireRelease(
  Effect.callback<net.Server>((resume) => {
    const server = net.createServer(() => {})
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
  }),
  (server) => Effect.sync(() => server.close())
)

const portOf = (server: net.Server) => (server.address() as net.AddressInfo).port

interface Row {
  readonly name: string
  readonly words: ReadonlyArray<string>
  readonly code: number
  readonly message: RegExp
}

const file = (name: string, text: string) => temporaryFile(name, text)

describe("bad input", () => {
  it.live(
    "is told in one clear message with its exit code, before anything is written",
    () =>
      Effect.gen(function* () {
        const { cluster, holdfast, manifest } = yield* withOperator(yield* servers.embedded.make)
        const { kubeconfig } = cluster
        const stranger = yield* cluster.kubeconfigFor({ user: "nobody" })
        const hour = 3_600_000
        const expired = yield* cluster.kubeconfigFor({
          user: "kubernetes-admin",
          groups: ["system:masters"],
          notBefore: new Date((yield* Clock.currentTimeMillis) - 2 * hour),
          validity: hour
        })
        const address = `http://127.0.0.1:${portOf(yield* web)}`
        const silence = `https://127.0.0.1:${portOf(yield* silent)}`

        /** The cluster's kubeconfig with one part of it replaced. */
        const kubeconfigWith = (part: RegExp, by: string) => {
          assert.match(kubeconfig, part)
          return [
            "--kubeconfig",
            file(
              "kubeconfig",
              kubeconfig.replace(part, () => by)
            )
          ]
        }
        const serverAt = (url: string) => kubeconfigWith(/server: .*/, `server: ${url}`)
        const bootstrap = (...words: ReadonlyArray<string>) => ["bootstrap", "--yes", ...words]
        const installing = (...words: ReadonlyArray<string>) => bootstrap("-f", manifest, ...words)
        const from = (name: string, text: string) => bootstrap("-f", file(name, text))
        const keyOf = (text: string) => /client-key-data: .*/.exec(text)?.[0] ?? ""

        const rows: ReadonlyArray<Row> = [
          // The kubeconfig.
          {
            name: "a kubeconfig that is missing",
            words: installing("--kubeconfig", "/nowhere/kubeconfig"),
            code: 65,
            message: /kubeconfig \/nowhere\/kubeconfig: there is no such file.*--kubeconfig or KUBECONFIG/
          },
          {
            name: "an empty kubeconfig",
            words: installing("--kubeconfig", file("kubeconfig", "")),
            code: 65,
            message: /it is empty/
          },
          {
            name: "a kubeconfig that is not YAML",
            words: installing("--kubeconfig", file("kubeconfig", "a: [")),
            code: 65,
            message: /line 1 is not valid YAML/
          },
          {
            name: "a kubeconfig that is another text",
            words: installing("--kubeconfig", file("kubeconfig", "hello")),
            code: 65,
            message: /it is not a YAML mapping/
          },
          {
            name: "a kubeconfig that is a folder",
            words: installing("--kubeconfig", tmpdir()),
            code: 65,
            message: /it cannot be read \(EISDIR\)/
          },
          {
            name: "a kubeconfig without contexts",
            words: installing("--kubeconfig", file("kubeconfig", "{apiVersion: v1, kind: Config}")),
            code: 65,
            message: /names no current context.*no contexts at all/
          },
          {
            name: "an unknown context",
            words: installing("--context", "other"),
            code: 65,
            message: /it has no context "other".*--context: testkit/
          },
          {
            name: "an unknown cluster",
            words: installing("--cluster", "other"),
            code: 65,
            message: /it has no cluster "other".*--cluster: testkit/
          },
          {
            name: "an unknown user",
            words: installing("--user", "other"),
            code: 65,
            message: /it has no user "other".*--user: /
          },
          {
            name: "a CA that is not base64",
            words: installing(...kubeconfigWith(/(?<=certificate-authority-data: ).*/, '"%%%"')),
            code: 65,
            message: /certificate-authority-data: it is not base64/
          },
          {
            name: "a CA that is no certificate",
            words: installing(...kubeconfigWith(/(?<=certificate-authority-data: ).*/, "AAAA")),
            code: 76,
            message: /trusted authorities cannot be read .*certificate-authority-data/
          },
          {
            name: "a CA file that is missing",
            words: installing(
              ...kubeconfigWith(/certificate-authority-data: .*/, "certificate-authority: /nowhere/ca.crt")
            ),
            code: 65,
            message: /the file \/nowhere\/ca\.crt cannot be read/
          },
          {
            name: "no CA for a server that needs one",
            words: installing(...kubeconfigWith(/certificate-authority-data: .*/, "")),
            code: 76,
            message: /signed by an authority that is not trusted \((?!.*use-system-ca).*certificate-authority/
          },
          {
            name: "a broken key",
            words: installing(...kubeconfigWith(/(?<=client-key-data: ).*/, "AAAA")),
            code: 76,
            message: /client-key-data: .*not a PEM private key/
          },
          {
            name: "a certificate without key",
            words: installing(...kubeconfigWith(/client-key-data: .*/, "")),
            code: 76,
            message: /there is a client certificate but no client key/
          },
          {
            name: "a broken client certificate",
            words: installing(...kubeconfigWith(/(?<=client-certificate-data: ).*/, "AAAA")),
            code: 76,
            message: /client-certificate-data: .*no BEGIN CERTIFICATE/
          },
          {
            name: "a key of another certificate",
            words: installing(...kubeconfigWith(/client-key-data: .*/, keyOf(stranger))),
            code: 76,
            message: /the private key does not belong to the certificate of .*CN=kubernetes-admin/
          },
          {
            name: "an expired client certificate",
            words: installing("--kubeconfig", file("kubeconfig", expired)),
            code: 76,
            message: /client certificate was not accepted .*it expired at/
          },
          {
            name: "a token that nobody knows",
            words: installing(...kubeconfigWith(/client-certificate-data: .*\n *client-key-data: .*/, "token: wrong")),
            code: 77,
            message: /Unauthorized \(401\)\. Log in again/
          },
          // The server.
          {
            name: "no server at all",
            words: installing(...kubeconfigWith(/server: .*/, "")),
            code: 65,
            message: /there is no server.*https:\/\/host:port/
          },
          {
            name: "a server that is no address",
            words: installing(...serverAt("not an address")),
            code: 65,
            message: /"not an address" is not an http or https URL/
          },
          {
            name: "a server that is down",
            words: installing(...serverAt("https://127.0.0.1:1")),
            code: 69,
            message: /ECONNREFUSED.*Check that the cluster runs/
          },
          {
            name: "a server whose name does not resolve",
            words: installing(...serverAt("https://nowhere.invalid:6443")),
            code: 69,
            message: /nowhere\.invalid.*DNS/
          },
          {
            name: "a server that never answers",
            words: installing(...serverAt(silence), "--request-timeout", "1s"),
            code: 69,
            message: /no answer to GET \/version within 1s.*firewall/
          },
          {
            name: "https to a plain-HTTP server",
            words: installing(...serverAt(address.replace("http:", "https:"))),
            code: 69,
            message: /wrong version number\. The port speaks plain HTTP/
          },
          {
            name: "http to an API server",
            words: installing(...serverAt(cluster.url.replace("https:", "http:"))),
            code: 69,
            message: /says http:\/\/, and API servers speak TLS/
          },
          {
            name: "a server that is no API server",
            words: installing(...serverAt(address)),
            code: 69,
            message: /not a Kubernetes object.*proxy, login page/
          },
          {
            name: "a server of another name",
            words: installing("--tls-server-name", "other.example"),
            code: 76,
            message: /its certificate belongs to another name .*other\.example/
          },
          {
            name: "no permission",
            words: installing("--kubeconfig", file("kubeconfig", stranger)),
            code: 77,
            message: /not permitted to apply .*deployments\.apps in package-operator.*--force\.$/m
          },
          // The manifest.
          {
            name: "a manifest that is missing",
            words: bootstrap("-f", "/nowhere/operator.yaml"),
            code: 65,
            message: /\/nowhere\/operator\.yaml: there is no such file/
          },
          {
            name: "an empty manifest",
            words: from("operator.yaml", ""),
            code: 65,
            message: /there is no Kubernetes obj/
          },
          {
            name: "a folder without manifests",
            words: bootstrap("-f", mkdtempSync(join(tmpdir(), "holdfast-cli-"))),
            code: 65,
            message: /no file that ends in \.json, \.yaml, \.yml/
          },
          {
            name: "a manifest that is malformed",
            words: from("operator.yaml", "kind: A\n  b: [c"),
            code: 65,
            message: /operator\.yaml:\d+:\d+ \(document 1\)/
          },
          {
            name: "a manifest that is not text",
            words: from("operator.yaml", "\u0000\u0001\u0002"),
            code: 65,
            message: /operator\.yaml/
          },
          {
            name: "YAML that is not Kubernetes",
            words: from("operator.yaml", "a: 1"),
            code: 65,
            message: /operator\.yaml:1 \(document 1\): the object has no apiVersion/
          },
          {
            name: "an object without a name",
            words: from("operator.yaml", "{apiVersion: v1, kind: ConfigMap}"),
            code: 65,
            message: /ConfigMap has no metadata\.name/
          },
          {
            name: "an unknown kind",
            words: ["apply", "-f", file("a.yaml", "{apiVersion: v1, kind: Konfigmap, metadata: {name: a}}")],
            code: 65,
            message: /serves no kind "Konfigmap" in version "v1"\. Check the spelling/
          },
          {
            name: "an unknown kind among known ones",
            words: installing("-f", file("a.yaml", "{apiVersion: example.org/v1, kind: Thing, metadata: {name: a}}")),
            code: 65,
            message: /"?Thing"?.*example\.org\/v1/
          },
          {
            name: "an object of another namespace than asked for",
            words: installing("--namespace", "other"),
            code: 65,
            message: /operator\.yaml:\d+: .* does not belong to the namespace "other"/
          },
          // Addresses.
          {
            name: "an address that answers 404",
            words: bootstrap("--url", `${address}/404`),
            code: 65,
            message: /answers 404 Not Found\. Check the address/
          },
          {
            name: "an address that answers 500",
            words: bootstrap("--url", `${address}/500`),
            code: 69,
            message: /answers 500 .*Try again later/
          },
          {
            name: "an address that is a web page",
            words: bootstrap("--url", `${address}/html`),
            code: 65,
            message: /a web page, not a manifest/
          },
          {
            name: "an address that answers nothing",
            words: bootstrap("--url", `${address}/empty`),
            code: 65,
            message: /the answer is empty/
          },
          {
            name: "an address that hangs up",
            words: bootstrap("--url", `${address}/reset`),
            code: 69,
            message: /it cannot be read: .*Check the address and the network/
          },
          {
            name: "an address that is not TLS",
            words: bootstrap("--url", address.replace("http:", "https:")),
            code: 69,
            message: /it cannot be read: wrong version number\./
          },
          {
            name: "an address that is none",
            words: bootstrap("--url", "ftp://example.org/operator.yaml"),
            code: 64,
            message: /"ftp:\/\/example\.org\/operator\.yaml" for --url: expected an address/
          },
          // The policy.
          {
            name: "a longest wait that is shorter than the first one",
            words: installing("--retry-base-delay=1h", "--retry-max-delay=1ms"),
            code: 64,
            message: /invalid value "1ms" for --retry-max-delay: expected at least baseDelay, which is 1h/
          },
          {
            name: "no number",
            words: installing("--retry-factor=NaN"),
            code: 64,
            message: /invalid value "NaN" for --retry-factor: expected a number/
          },
          ...(
            [
              ["--retry-max-attempts", "-1", /a whole number of at least 1/],
              ["--retry-max-attempts", "1e99", /a whole number of at least 1/],
              ["--retry-base-delay", "-5s", /a duration from 0/],
              ["--retry-factor", "0", /a number from 1/],
              ["--retry-max-delay", "99999999h", /a duration/],
              ["--retry-jitter", "lots", /one of none, full, equal, decorrelated/],
              ["--retry-attempt-timeout", "0s", /a duration above 0/],
              ["--retry-deadline", "-1s", /a duration above 0/],
              ["--timeout", "-1s", /a duration such as/]
            ] as const
          ).map(([flag, value, expected]) => ({
            name: `${flag} ${value}`,
            words: installing(`${flag}=${value}`),
            code: 64,
            message: new RegExp(`invalid value "${value}" for ${flag}: expected ${expected.source}`)
          }))
        ]

        yield* Effect.forEach(
          rows,
          Effect.fnUntraced(function* ({ name, words, code, message }) {
            const { stdout, stderr, ...ran } = yield* holdfast(...words)
            const told = `${name}: exit ${ran.code}: ${stderr}`
            assert.strictEqual(ran.code, code, told)
            assert.match(stderr, message, told)
            assert.strictEqual(stdout, "", told)
            assert.strictEqual(stderr.match(/^error: /gm)?.length, 1, told)
            assert.notMatch(stderr, /\n +at |undefined|\[object|SSL routines/, told)
            // No key or token is in any message.
            assert.notMatch(stderr, /PRIVATE KEY-|LS0tLS1|token: /, told)
          }),
          { concurrency: 3 }
        )
        const requests = yield* cluster.stats.requests
        const written = requests.filter(
          ({ method, path, userAgent }) =>
            userAgent.startsWith("holdfast-cli/") && method !== "GET" && !path.endsWith("/selfsubjectaccessreviews")
        )
        assert.deepStrictEqual(written, [])
      }).pipe(Effect.scoped),
    120_000
  )

  it.live(
    "that shows in the middle of a bootstrap leaves nothing that a second run would not finish",
    () =>
      Effect.gen(function* () {
        const { bootstrap, holdfast } = yield* withOperator(yield* servers.embedded.make)
        const fresh = yield* bootstrap()
        assert.strictEqual(fresh.code, 0, fresh.stderr)
        const taken = file(
          "taken.yaml",
          "{apiVersion: apps/v1, kind: Deployment, metadata: {name: package-operator, namespace: package-operator}, spec: {replicas: 2}}"
        )
        const other = yield* holdfast("apply", "-f", taken, "--field-manager", "scaler", "--force-conflicts")
        assert.strictEqual(other.code, 0, other.stderr)
        const conflict = yield* bootstrap()
        assert.strictEqual(conflict.code, 1, conflict.stderr)
        assert.match(conflict.stderr, /conflict with "scaler": \.spec\.replicas/)
        assert.match(conflict.stderr, /--force-conflicts/)

        const forced = yield* bootstrap("--force-conflicts", "-o", "json")
        assert.strictEqual(forced.code, 0, forced.stderr)
        assert.strictEqual(JSON.parse(forced.stdout).repository.ready, "ready")

        const refused = yield* bootstrap("--force", "--as", "nobody")
        assert.strictEqual(refused.code, 77, refused.stderr)
        assert.match(refused.stderr, /going on \(--force\)[\s\S]*cannot patch resource "namespaces"/)
        const again = yield* bootstrap()
        assert.strictEqual(again.code, 0, again.stderr)
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "such as a vacuum longer than the deadline names the flag, and a second run finishes",
    () =>
      Effect.gen(function* () {
        const { bootstrap, simulation } = yield* withOperator(yield* servers.embedded.make)
        const fresh = yield* bootstrap()
        assert.strictEqual(fresh.code, 0, fresh.stderr)
        simulation.lag = 2000
        const failed = yield* bootstrap("--rotate", "--no-nudge", "--deadline", "1s")
        assert.strictEqual(failed.code, 75, failed.stderr)
        assert.match(
          failed.stderr,
          /error: webhooks did not succeed within its deadline of 1s .*--retry-deadline/,
          failed.stderr
        )
        const again = yield* bootstrap()
        assert.strictEqual(again.code, 0, again.stderr)
      }).pipe(Effect.scoped),
    60_000
  )
})
