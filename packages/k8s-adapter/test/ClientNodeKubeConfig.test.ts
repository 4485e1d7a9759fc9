import { chmod, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { TLSSocket } from "node:tls"
import { assert, describe, it } from "@effect/vitest"
import * as ClientNodeKubeConfig from "@holdfast/k8s-adapter/ClientNodeKubeConfig"
import * as Kubeconfig from "@holdfast/k8s-adapter/Kubeconfig"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import {
  base64,
  clientFields,
  clientLeaf,
  json,
  kubeconfigText,
  makeAuthority,
  make as makeServer,
  serverLeaf
} from "./support/TlsServer.ts"
import { temporaryFolder } from "./support/temporaryFolder.ts"

const folder = temporaryFolder()

/** A server that answers with who asked: the client certificate's name, or the token. */
const lab = Effect.gen(function* () {
  const ca = yield* makeAuthority()
  const server = yield* makeServer(
    {
      leaf: yield* serverLeaf(ca),
      options: { requestCert: true, rejectUnauthorized: false, ca: ca.certificate.pem }
    },
    (request, response) => {
      const peer = (request.socket as TLSSocket).getPeerCertificate()
      const name = peer?.subject?.CN ?? request.headers.authorization ?? "anonymous"
      json(response, {
        kind: "NamespaceList",
        apiVersion: "v1",
        metadata: {},
        items: [{ metadata: { name, annotations: { as: request.headers["impersonate-user"] ?? "" } } }],
        gitVersion: "v1.37.0"
      })
    }
  )
  return { ca, server, cluster: { server: server.url, "certificate-authority-data": base64(ca.certificate.pem) } }
})

const clientNode = (text: string): KubeConfig => {
  const kubeConfig = new KubeConfig()
  kubeConfig.loadFromString(text)
  return kubeConfig
}

/** Who the server takes our client for, and who it takes client-node for. */
const whoWeAre = (kubeConfig: KubeConfig) =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const { body } = yield* client.request({ method: "GET", path: "/api/v1/namespaces" })
    return (body as { items: ReadonlyArray<{ metadata: { name: string } }> }).items[0]?.metadata.name
  }).pipe(Effect.provide(ClientNodeKubeConfig.layer(kubeConfig)))

const whoTheyAre = (kubeconfig: Kubeconfig.Kubeconfig) =>
  Effect.promise(async () => {
    const kubeConfig = clientNode(Redacted.value(ClientNodeKubeConfig.toText(kubeconfig)))
    const { items } = await kubeConfig.makeApiClient(CoreV1Api).listNamespace()
    return items[0]?.metadata
  })

describe("a client-node KubeConfig", () => {
  it.live("serves our client, with its certificate, its token, or its token file", () =>
    Effect.gen(function* () {
      const { ca, cluster } = yield* lab
      const leaf = yield* clientLeaf(ca)
      assert.strictEqual(yield* whoWeAre(clientNode(kubeconfigText(cluster, clientFields(leaf)))), "ada")
      assert.strictEqual(yield* whoWeAre(clientNode(kubeconfigText(cluster, { token: "t" }))), "Bearer t")
      const tokenFile = join(yield* folder, "token")
      yield* Effect.promise(() => writeFile(tokenFile, "from-file"))
      // As client-node itself describes a pod's service account.
      const inCluster = kubeconfigText(cluster, { "auth-provider": { name: "tokenFile", config: { tokenFile } } })
      assert.strictEqual(yield* whoWeAre(clientNode(inCluster)), "Bearer from-file")
    }).pipe(Effect.scoped)
  )

  it.live("is followed when it is loaded anew after a CA was re-created", () =>
    Effect.gen(function* () {
      const { cluster, server } = yield* lab
      const kubeConfig = clientNode(kubeconfigText(cluster, { token: "t" }))
      yield* Effect.gen(function* () {
        const client = yield* KubernetesClient
        yield* client.version
        const recreated = yield* makeAuthority()
        yield* server.serve(yield* serverLeaf(recreated))
        assert.strictEqual((yield* Effect.flip(client.version))._tag, "CertificateError")
        const renewed = { ...cluster, "certificate-authority-data": base64(recreated.certificate.pem) }
        kubeConfig.loadFromString(kubeconfigText(renewed, { token: "t" }))
        assert.strictEqual((yield* client.version).gitVersion, "v1.37.0")
      }).pipe(Effect.provide(ClientNodeKubeConfig.layer(kubeConfig)))
    }).pipe(Effect.scoped)
  )

  it.effect("with a broken CA is refused, where client-node trusts nobody and says nothing", () =>
    Effect.gen(function* () {
      const broken = { server: "https://lab.example", "certificate-authority-data": base64("garbage") }
      const error = yield* Effect.flip(ClientNodeKubeConfig.load(clientNode(kubeconfigText(broken))))
      assert.strictEqual(error._tag === "CertificateError" && error.reason, "invalid-ca-bundle")
    })
  )

  it.live("can be made of ours: certificate, token, token file, plugin, no user at all", () =>
    Effect.gen(function* () {
      const { ca, cluster } = yield* lab
      const root = yield* folder
      const path = (name: string) => join(root, name)
      yield* Effect.promise(async () => {
        await writeFile(path("token"), "from-file")
        const credential = {
          apiVersion: "client.authentication.k8s.io/v1",
          kind: "ExecCredential",
          status: { token: "from-plugin" }
        }
        await writeFile(path("login"), `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`)
        await chmod(path("login"), 0o755)
      })
      const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "./login" }
      const users = [
        [clientFields(yield* clientLeaf(ca)), "ada"],
        [{ token: "t" }, "Bearer t"],
        [{ tokenFile: "token" }, "Bearer from-file"],
        [{ exec }, "Bearer from-plugin"],
        [{}, "anonymous"]
      ] as const
      for (const [user, name] of users) {
        yield* Effect.promise(() => writeFile(path("config"), kubeconfigText(cluster, { ...user, as: "eve" })))
        const kubeconfig = yield* Kubeconfig.load({ path: path("config") })
        const who = yield* whoTheyAre(kubeconfig)
        assert.deepStrictEqual([who?.name, who?.annotations?.["as"]], [name, "eve"])
      }
    }).pipe(Effect.scoped)
  )

  it.effect("keeps its secrets in the text to itself", () =>
    Effect.gen(function* () {
      const kubeconfig = yield* Kubeconfig.load({
        text: kubeconfigText({ server: "https://lab.example" }, { token: "hidden" })
      })
      assert.notInclude(String(ClientNodeKubeConfig.toText(kubeconfig)), "hidden")
    })
  )
})
