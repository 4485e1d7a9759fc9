import { execFile, execFileSync } from "node:child_process"
import { mkdtempSync, symlinkSync } from "node:fs"
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { make } from "@holdfast/k8s-adapter/KubernetesClient"
import { ApiServer } from "@holdfast/testkit"
import { Effect } from "effect"
import { temporaryFile } from "./support/bundle.ts"
import { companions, present } from "./support/companions.ts"
import { holdfast } from "./support/holdfast.ts"
import { playRotations, webhookCertificate } from "./support/rotations.ts"

/** What is offered for the last word. */
const offered = async (words: ReadonlyArray<string>, env: Readonly<Record<string, string>>) => {
  const { code, stdout, stderr } = await holdfast(["__complete", ...words], { env })
  assert.deepStrictEqual([code, stderr], [0, ""])
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t")[0])
}

const withContexts = JSON.stringify({
  "current-context": "lab",
  contexts: ["lab", "arn:aws:eks:eu-west-1:1:cluster/shop", "arn:aws:eks:eu-west-1:1:cluster/web"].map((name) => ({
    name,
    context: { cluster: "lab" }
  })),
  clusters: [{ name: "lab", cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "ada", user: { token: "t" } }]
})

/** A cluster with something to offer. */
const play = Effect.gen(function* () {
  const server = yield* ApiServer.make()
  yield* playRotations(server, () => [])
  const client = yield* make({ text: server.kubeconfig })
  for (const name of ["shop", "shipping"]) {
    yield* client.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } })
  }
  for (const name of ["web-tls", "web-login"]) {
    yield* client.apply({ apiVersion: "v1", kind: "Secret", metadata: { name, namespace: "shop" } })
  }
  for (const name of ["checks", "charges"]) yield* client.apply(webhookCertificate(name, "shop"))
  return temporaryFile("kubeconfig", server.kubeconfig)
})

const listen = (answer: (request: IncomingMessage) => unknown) =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer((request, response) => {
            const body = answer(request)
            if (body === undefined) return
            response.setHeader("content-type", "application/json")
            response.end(JSON.stringify(body))
          })
          server.listen(0, "127.0.0.1", () => resolve(server))
        })
    ),
    (server) =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  ).pipe(Effect.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`))

describe("completion", () => {
  it("knows commands, groups, flags and values, and nothing behind a line that is wrong", async () => {
    assert.deepStrictEqual(await offered(["cert"], {}), ["certs"])
    assert.deepStrictEqual(await offered(["help", "certs", "r"], {}), ["rotate"])
    assert.deepStrictEqual(await offered(["certs", "rotate", "--comp"], {}), ["--compromised"])
    assert.deepStrictEqual(await offered(["certs", "watch", "-o", ""], {}), ["text", "json"])
    assert.deepStrictEqual(await offered(["-n", "certs", "certs", "ro"], {}), ["rotate"])
    assert.deepStrictEqual(await offered(["certs", "watch", "--frob", "--on"], {}), [])
    assert.deepStrictEqual(await offered(["retry", "--", "kubectl", "--"], {}), [])
  })

  it("offers the contexts, clusters and users of the kubeconfig", async () => {
    const file = temporaryFile("config", withContexts)
    assert.deepStrictEqual(await offered(["check", "--context", "l"], { KUBECONFIG: file }), ["lab"])
    assert.deepStrictEqual(await offered(["check", "--kubeconfig", file, "--context=l"], {}), ["--context=lab"])
    assert.deepStrictEqual(await offered(["check", "--user", ""], { KUBECONFIG: file }), ["ada"])
    assert.deepStrictEqual(await offered(["check", "--cluster", "L"], { KUBECONFIG: file }), [])
    const atHome = ["check", "--kubeconfig", "~/config", "--context", "l"]
    assert.deepStrictEqual(await offered(atHome, { HOME: dirname(file) }), ["lab"])
  })

  it.live("offers what the cluster holds, in the namespace of the line", () =>
    Effect.gen(function* () {
      const env = { KUBECONFIG: yield* play }
      const words = (...line: ReadonlyArray<string>) => Effect.promise(() => offered(line, env))
      assert.deepStrictEqual(yield* words("certs", "list", "-n", "sh"), ["shipping", "shop"])
      assert.deepStrictEqual(yield* words("certs", "list", "--namespace=sho"), ["--namespace=shop"])
      assert.deepStrictEqual(yield* words("certs", "rotate", "-n", "shop", ""), ["charges", "checks"])
      assert.deepStrictEqual(yield* words("certs", "rotate", "-n", "shop", "checks", ""), ["charges"])
      assert.deepStrictEqual(yield* words("certs", "rotate", ""), [])
      assert.deepStrictEqual(yield* words("certs", "watch", "-n", "shop", "checks", ""), [])
      assert.deepStrictEqual(yield* words("certs", "inspect", "-n", "shop", "secret/web-t"), ["secret/web-tls"])
      assert.deepStrictEqual(yield* words("certs", "inspect", "-n", "shop", "secret", ""), ["web-login", "web-tls"])
      assert.deepStrictEqual(yield* words("certs", "inspect", "-n", "shop", "crd/webhook"), [
        "crd/webhookcertificates.certificates.holdfast.dev"
      ])
      assert.deepStrictEqual(yield* words("certs", "inspect", "tls"), [])
      assert.deepStrictEqual(yield* words("repo", "show", ""), [])
    })
  )

  it.live("asks once, for names alone", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const server = yield* listen((request) => {
        asked.push(`${request.method} ${request.url} ${request.headers.accept}`)
        return { kind: "PartialObjectMetadataList", items: [{ metadata: { name: "team" } }] }
      })
      const env = { HOME: tmpdir(), KUBECONFIG: temporaryFile("config", withContexts) }
      const words = (...line: ReadonlyArray<string>) => Effect.promise(() => offered([...line, "-s", server, ""], env))
      assert.deepStrictEqual(yield* words("repo", "remove"), ["team"])
      assert.deepStrictEqual(yield* words("certs", "inspect", "secret"), ["team"])
      const accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
      assert.deepStrictEqual(asked, [
        `GET /apis/packages.glasskube.dev/v1alpha1/packagerepositories?limit=1000 ${accept}`,
        `GET /api/v1/namespaces/default/secrets?limit=1000 ${accept}`
      ])
    })
  )

  it.live("says nothing when the cluster cannot be reached, and waits no longer than two seconds", () =>
    Effect.gen(function* () {
      const env = { KUBECONFIG: temporaryFile("config", withContexts) }
      const words = (...line: ReadonlyArray<string>) => Effect.promise(() => offered(line, env))
      assert.deepStrictEqual(yield* words("certs", "list", "-n", ""), [])
      assert.deepStrictEqual(yield* words("certs", "list", "--kubeconfig", "/no/such/file", "-n", ""), [])
      const silent = yield* listen(() => undefined)
      const began = performance.now()
      assert.deepStrictEqual(yield* words("certs", "list", "-s", silent, "-n", ""), [])
      assert.isBelow(performance.now() - began, 4000)
    })
  )
})

const folder = companions()
const links = mkdtempSync(join(tmpdir(), "holdfast-cli-"))
symlinkSync(join(folder, "holdfast.mjs"), join(links, "holdfast"))
execFileSync("chmod", ["+x", join(folder, "holdfast.mjs")])

/** How each shell is made to complete a line, with the script that the program prints for it. */
const shells = {
  bash: (words: ReadonlyArray<string>) =>
    // As Readline parts a line: = and : are words of their own.
    `source <(holdfast completion bash)
     COMP_WORDS=(holdfast ${words
       .flatMap((word) => word.split(/([=:]+)/))
       .map((word) => `'${word}'`)
       .join(" ")})
     COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 )); _holdfast; printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: (words: ReadonlyArray<string>) =>
    `compdef() { : }; _files() { print -r -- files }
     _describe() { print -rl -- "\${(@P)2}" }
     source <(holdfast completion zsh)
     words=(holdfast ${words.map((word) => `'${word}'`).join(" ")}); CURRENT=\${#words}; _holdfast`,
  fish: (words: ReadonlyArray<string>) => `holdfast completion fish | source; complete -C 'holdfast ${words.join(" ")}'`
}

/** How a shell completes a line, without the marks that zsh puts before descriptions. */
const completed = (shell: keyof typeof shells, kubeconfig: string, words: ReadonlyArray<string>) =>
  Effect.callback<ReadonlyArray<string>, Error>((resume) => {
    const env = {
      HOME: links,
      KUBECONFIG: kubeconfig,
      PATH: [links, dirname(process.execPath), process.env["PATH"]].join(delimiter)
    }
    execFile(shell, ["-c", shells[shell](words)], { env }, (error, stdout) => {
      const lines = stdout.split("\n").map((line) => line.split("\t")[0] ?? "")
      const plain =
        shell === "zsh" ? lines.map((line) => line.replace(/(?<!\\):.*$/, "").replaceAll("\\:", ":")) : lines
      resume(error === null ? Effect.succeed(plain.filter((line) => line !== "")) : Effect.fail(error))
    })
  })

describe("the completion script", () => {
  for (const shell of ["bash", "zsh", "fish"] as const) {
    it.live.skipIf(!present(shell, "its completion is not tried"))(
      `of ${shell} offers live values`,
      () =>
        Effect.gen(function* () {
          const kubeconfig = yield* play
          const complete = (...words: ReadonlyArray<string>) => completed(shell, kubeconfig, words)
          assert.deepStrictEqual(yield* complete("certs", "rot"), ["rotate"])
          assert.deepStrictEqual(yield* complete("certs", "rotate", "-n", "shop", "ch"), ["charges", "checks"])
          // Bash replaces only what stands behind the last = or :.
          const glued = yield* complete("certs", "list", "--namespace=sho")
          assert.deepStrictEqual(glued, [shell === "bash" ? "shop" : "--namespace=shop"])
          const file = temporaryFile("config", withContexts)
          const contexts = yield* completed(shell, file, ["check", "--context", "arn:aws:eks:e"])
          const begun = shell === "bash" ? "" : "arn:aws:eks:"
          assert.deepStrictEqual(contexts, [`${begun}eu-west-1:1:cluster/shop`, `${begun}eu-west-1:1:cluster/web`])
        }),
      60_000
    )
  }
})
