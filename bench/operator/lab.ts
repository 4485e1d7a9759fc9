/** The operator as its image runs it, on an embedded API server that runs in the bench's own process. */
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as WebhookCertificate from "@holdfast/operator/certificate/WebhookCertificate"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import { Effect, Schedule } from "effect"
import { parseAllDocuments } from "yaml"

const namespace = "holdfast-system"
/** The pod's, and its own: the operator's ports are given. */
const address = `127.10.${(process.pid >> 8) & 255}.${process.pid & 255 || 1}`
const bundle = fileURLToPath(new URL("../../packages/operator/dist/operator.mjs", import.meta.url))
const containerfile = new URL("../../packages/operator/image/Containerfile", import.meta.url)
const manifest = new URL("../../packages/operator/deploy/holdfast.yaml", import.meta.url)

/** What the image gives to Node, and to its libraries. */
const image = () => {
  const text = readFileSync(containerfile, "utf8")
  const entrypoint = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(text)?.[1] ?? "[]") as ReadonlyArray<string>
  return {
    flags: entrypoint.filter((word) => word.startsWith("--")),
    environment: Object.fromEntries(Array.from(text.matchAll(/^ENV (\w+)=(.*)$/gm), ([, name, value]) => [name, value]))
  }
}

/** The image's flags for Node. */
export const nodeFlags = (): ReadonlyArray<string> => image().flags

/**
 * All that is there when `holdfast bootstrap` is done, but for nodes: the pod is a process. What there is to be before, is
 * created before the operator's webhook guards it.
 */
export const cluster = Effect.fnUntraced(function* (before: ReadonlyArray<KubernetesObject> = []) {
  const server = yield* ApiServer.make()
  const client = yield* KubernetesClient.make({ text: server.kubeconfig })
  const text = yield* Effect.promise(() => readFile(manifest, "utf8"))
  const objects = parseAllDocuments(text)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null && object.kind !== "Deployment") as ReadonlyArray<KubernetesObject>
  const first = ({ kind }: KubernetesObject) => kind === "CustomResourceDefinition" || kind === "Namespace"
  const apply = (object: KubernetesObject) =>
    Effect.retry(client.apply(object), { schedule: Schedule.spaced("50 millis"), times: 50 })
  yield* Effect.forEach(objects.filter(first), apply)
  yield* Effect.forEach(before, apply, { concurrency: 16 })
  yield* Effect.forEach(
    objects.filter((each) => !first(each)),
    apply
  )
  // The operator's pods answer the canaries of all webhooks.
  const canaries = [...before, ...objects]
    .filter(({ kind }) => kind === WebhookCertificate.kind.kind)
    .map(({ metadata: { name = "", namespace: of = "" } }) =>
      WebhookCertificate.canaryService({ id: WebhookCertificate.idOf(of, name) }, namespace)
    )
  for (const { name } of [{ name: "holdfast-webhook" }, ...canaries]) {
    yield* apply(slice({ name, namespace, labels: { "kubernetes.io/service-name": name } }, "webhook", address, 9443))
  }
  const { hostname, port } = new URL(server.url)
  const kubernetes = {
    name: "kubernetes",
    namespace: "default",
    labels: { "kubernetes.io/service-name": "kubernetes" }
  }
  yield* apply(slice(kubernetes, "https", hostname, Number(port)))
  yield* apply({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name: "apiserver",
      namespace: "kube-system",
      labels: { "apiserver.kubernetes.io/identity": "kube-apiserver" }
    },
    // Nobody renews it here.
    spec: { renewTime: new Date(Date.now() + 3_600_000).toISOString().replace("Z", "000Z") }
  })
  return { server, client, apply }
})

const slice = (metadata: KubernetesObject["metadata"], name: string, ip: string, port: number): KubernetesObject => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata,
  addressType: "IPv4",
  ports: [{ name, port, protocol: "TCP" }],
  endpoints: [{ addresses: [ip], conditions: { ready: true } }]
})

/** Has every listener of the process take that address, so that nothing is open to the network. */
const listenAtAddress = `data:text/javascript,${encodeURIComponent(
  `import net from "node:net"
     const { listen } = net.Server.prototype
     net.Server.prototype.listen = function (options, ...rest) {
       return listen.call(this, { ...options, host: "${address}" }, ...rest)
     }`
)}`

/** Whether the operator is built. */
export const isBuilt = (): boolean => existsSync(bundle)

/** Starts the operator, and waits until it is ready. `words` are what Node gets in the place of the image's. */
export const operator = Effect.fnUntraced(function* (kubeconfig: string, words?: ReadonlyArray<string>) {
  const folder = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "holdfast-bench-"))),
    (path) => Effect.promise(() => rm(path, { recursive: true }))
  )
  const file = join(folder, "kubeconfig")
  yield* Effect.promise(() => writeFile(file, kubeconfig, { mode: 0o600 }))
  const { environment, flags } = image()
  const program = words ?? [...flags, bundle]
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [`--import=${listenAtAddress}`, ...program], {
        env: {
          ...environment,
          KUBECONFIG: file,
          POD_NAMESPACE: namespace,
          POD_NAME: "operator-0",
          HOLDFAST_LOG_LEVEL: "warn"
        },
        stdio: ["ignore", "inherit", "inherit"]
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  yield* until(
    Effect.promise(() =>
      fetch(`http://${address}:8080/readyz`).then(
        ({ ok }) => ok,
        () => false
      )
    )
  )
  /** Ends it as a kubelet does, and waits until it has. */
  const end = Effect.andThen(
    Effect.sync(() => child.kill("SIGTERM")),
    Effect.promise(() => new Promise((resolve) => child.once("exit", resolve)))
  )
  return { ...usage(child), end }
})

/** Waits until something holds. */
export const until = <E, R>(condition: Effect.Effect<boolean, E, R>) =>
  Effect.timeout(Effect.repeat(Effect.delay(condition, "100 millis"), { until: (holds) => holds }), "5 minutes")

/** What Linux says about the process. */
const usage = ({ pid }: ChildProcess) => {
  const status = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024
  return {
    /** MB in RAM now, and at most so far. */
    memory: () => ({ now: status("VmRSS"), most: status("VmHWM") }),
    /** Seconds of CPU so far; the kernel counts in hundredths. */
    cpu: () => {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? []
      return (Number(fields[11]) + Number(fields[12])) / 100
    }
  }
}
