/**
 * Real windows on a real API server: the bundled program applies an object that a webhook reviews, while the webhook's
 * certificate and the caBundle do not fit together. In the windows that nothing tells the end of, each peer's way of
 * waiting applies an object of its own beside it.
 */
import { spawn } from "node:child_process"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import { CertificateJob, KubeApiserver, KubeBinaries, Webhook } from "@holdfast/testkit"
import { Effect, Fiber, Option, Random } from "effect"
import { compare, limit, type Row } from "../src/Row.ts"
import { peers, Refused, ways } from "./virtual.ts"

const program = fileURLToPath(new URL("../../packages/cli/dist/holdfast.mjs", import.meta.url))
const service = { namespace: "default", name: "hook" }
const secret = { namespace: "default", name: "hook-tls" }
const configuration = { kind: "ValidatingWebhookConfiguration", name: "hook" } as const

const objects = [
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: service,
    spec: { ports: [{ port: 443, targetPort: 8443, protocol: "TCP" }] }
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: configuration.kind,
    metadata: { name: configuration.name },
    webhooks: [
      {
        name: "hook.example.com",
        clientConfig: { service },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["configmaps"] }],
        objectSelector: { matchLabels: { reviewed: "yes" } },
        sideEffects: "None",
        admissionReviewVersions: ["v1"]
      }
    ]
  }
]

const configMap = (name: string): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default", labels: { reviewed: "yes" } }
})

/** Milliseconds since the epoch at which the program was through. */
const apply = (kubeconfig: string, file: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, "apply", "-f", file], {
      env: { ...process.env, KUBECONFIG: kubeconfig }
    })
    let said = ""
    child.stderr.on("data", (text) => {
      said += text
    })
    child.on("close", (code) => (code === 0 ? resolve(Date.now()) : reject(new Error(said))))
  })

const measure = Effect.fnUntraced(function* (count: number) {
  const cluster = yield* KubeApiserver.make()
  const client = yield* KubernetesClient.make({ text: cluster.kubeconfig })
  const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"))
  const kubeconfig = join(folder, "kubeconfig")
  writeFileSync(kubeconfig, cluster.kubeconfig)
  const webhook = yield* Webhook.make()
  yield* cluster.route(service, webhook.target)
  yield* Effect.forEach(objects, (object) => client.apply(object, { fieldManager: "bench" }))
  const issue = yield* CertificateJob.make(cluster, { secret, service, configurations: [] })
  const configure = (caPem: string) =>
    client.apply(
      {
        ...objects[1],
        webhooks: objects[1]?.webhooks?.map((each) => ({
          ...each,
          clientConfig: { ...each.clientConfig, caBundle: Buffer.from(caPem).toString("base64") }
        }))
      } as never,
      { fieldManager: "bench", force: true }
    )
  const serve = Effect.fnUntraced(function* () {
    const { caPem } = yield* issue
    const { data } = (yield* client.get({ apiVersion: "v1", kind: "Secret", ...secret })) as unknown as {
      readonly data: Readonly<Record<string, string>>
    }
    const text = (key: string) => Buffer.from(data[key] ?? "", "base64").toString()
    return { caPem, present: webhook.present({ chainPem: text("tls.crt"), privateKeyPem: text("tls.key") }) }
  })

  /** When an object of its own was applied in a peer's way; infinite where it was given up. */
  const peer = (name: (typeof peers)[number], round: number) => {
    const object = configMap(`p-${peers.indexOf(name)}-${round}`)
    const attempt = Effect.mapError(client.apply(object, { fieldManager: "bench" }), () => new Refused())
    return Effect.match(ways[name](Effect.asVoid(attempt)), {
      onFailure: () => Number.POSITIVE_INFINITY,
      onSuccess: () => Date.now()
    })
  }

  /** The webhook presents a new leaf; the configuration is told of its CA when the window ends, or the other way round. */
  const recovery = Effect.fnUntraced(function* (round: number, isSeen: boolean) {
    const { caPem, present } = yield* serve()
    yield* isSeen ? present : configure(caPem)
    yield* webhook.disconnect
    const file = join(folder, "object.json")
    writeFileSync(file, JSON.stringify(configMap(`c-${isSeen}-${round}`)))
    const through = apply(kubeconfig, file)
    const theirs = yield* Effect.forkChild(
      Effect.forEach(isSeen ? [] : peers, (name) => peer(name, round), { concurrency: "unbounded" })
    )
    const length = Math.round(1000 * 8 ** (yield* Random.next))
    yield* Effect.sleep(length)
    yield* isSeen ? configure(caPem) : present
    const ended = Date.now()
    return {
      ours: (yield* Effect.promise(() => through)) - ended,
      theirs: (yield* Fiber.join(theirs)).map((at) => at - ended)
    }
  })
  const rounds = Array.from({ length: count }, (_, round) => round)
  return {
    seen: yield* Effect.forEach(rounds, (round) => recovery(round, true)),
    unseen: yield* Effect.forEach(rounds, (round) => recovery(round, false))
  }
})

/** The rows of so many windows of 1 to 8 s that a watch sees the end of, and as many that nothing tells of. */
export const real = async (
  count: number
): Promise<{ readonly rows: ReadonlyArray<Row>; readonly leftOut: ReadonlyArray<string> }> => {
  if (count === 0) return { rows: [], leftOut: ["windows on a real API server: none was asked for"] }
  const binaries = await Effect.runPromise(Effect.option(KubeBinaries.find))
  if (Option.isNone(binaries)) {
    return {
      rows: [],
      leftOut: ["windows on a real API server: kube-apiserver is not there (npm run test:apiserver builds it)"]
    }
  }
  const { seen, unseen } = await Effect.runPromise(Effect.scoped(measure(count)))
  const times = (windows: typeof seen) => windows.map(({ ours }) => ours)
  return {
    rows: [
      limit("real, woken by a watch, until the program has ended", "ms", times(seen), 100),
      limit("real, nothing to watch, until the program has ended", "ms", times(unseen), 1000),
      ...peers.map((peerName, index) =>
        compare({
          name: "real, nothing to watch",
          unit: "ms",
          ours: times(unseen),
          peer: unseen.map(({ theirs }) => theirs[index] ?? Number.NaN),
          peerName
        })
      )
    ],
    leftOut: []
  }
}
