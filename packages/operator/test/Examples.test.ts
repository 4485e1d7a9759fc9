/** The examples of a webhook that is not ours, as they stand: its program, its manifests, and GitOps beside it. */
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as KubernetesYaml from "@holdfast/k8s-adapter/KubernetesYaml"
import * as WebhookCertificate from "@holdfast/operator/certificate/WebhookCertificate"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import { Effect, Fiber, References, Result, Schedule } from "effect"
import { type Configuration, define, expose, makeOperator, system } from "./support/certificateLab.ts"

const example = (name: string) => fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url))
const objectsOf = (name: string) =>
  Result.getOrThrow(KubernetesYaml.parse(readFileSync(example(name), "utf8"))).map(
    ({ value }) => value as KubernetesObject
  )

const namespace = "shop"
const name = "carts"
const secret = { apiVersion: "v1", kind: "Secret", name: "carts-tls", namespace }
const certificate = { ...WebhookCertificate.kind, name, namespace }
const configuration = { apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingWebhookConfiguration", name }

const until = <A, E, R>(effect: Effect.Effect<A, E, R>, holds: (value: A) => boolean) =>
  Effect.repeat(Effect.delay(effect, "100 millis"), { until: holds }).pipe(Effect.timeout("4 minutes"))

/** What a kubelet does with a Secret that a pod mounts, a second late: it keeps a folder like it. */
const mount = (client: KubernetesClient.Shape, folder: string) =>
  Effect.gen(function* () {
    const { data = {} } = (yield* client.get(secret)) as { readonly data?: Readonly<Record<string, string>> }
    for (const [key, value] of Object.entries(data)) {
      const file = join(folder, key)
      writeFileSync(`${file}.next`, Buffer.from(value, "base64"))
      renameSync(`${file}.next`, file)
    }
  })

/** Runs the example's program as a pod would, and answers where it listens. */
const startWebhook = (folder: string) =>
  Effect.gen(function* () {
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(process.execPath, [example("webhook-certificate/webhook.ts")], {
          env: { ...process.env, TLS_DIR: folder, HOST: "127.0.0.1", PORT: "0" },
          stdio: ["ignore", "pipe", "inherit"]
        })
      ),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    return yield* Effect.callback<number>((resume) => {
      child.stdout.setEncoding("utf8").once("data", (said: string) => resume(Effect.succeed(Number(/\d+/.exec(said)))))
    })
  })

const lab = Effect.gen(function* () {
  const server = yield* ApiServer.make({ instances: 2 })
  const client = yield* KubernetesClient.make({ text: server.kubeconfig })
  yield* define(client)
  yield* client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: system } })
  const manifests = objectsOf("webhook-certificate/manifest.yaml")
  /** As the tools of GitOps apply them, at each sync. */
  const sync = (fieldManager: string) =>
    Effect.forEach(manifests, (object) => client.apply(object, { fieldManager, force: true }), { discard: true })
  yield* sync("kustomize-controller")
  const operator = yield* makeOperator(
    server,
    { name, namespace },
    { addresses: server.instances.map(({ url }) => new URL(url).host), keepAlive: "1 second" }
  )
  yield* operator()

  const folder = mkdtempSync(join(tmpdir(), "holdfast-mount-"))
  yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
  yield* Effect.eventually(Effect.delay(mount(client, folder), "100 millis"))
  const port = yield* startWebhook(folder)
  yield* Effect.forkScoped(Effect.repeat(Effect.ignore(mount(client, folder)), Schedule.spaced("1 second")))
  // A pod as the Deployment describes it, so that its kubelet can be made to look.
  const deployment = manifests.find(({ kind }) => kind === "Deployment") as unknown as {
    readonly spec: { readonly template: { readonly metadata: object; readonly spec: object } }
  }
  const { metadata, spec } = deployment.spec.template
  yield* client.create({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...metadata, name: `${name}-0`, namespace },
    spec
  })
  yield* expose(client, { name, namespace }, [{ port }])
  yield* server.route({ name, namespace }, { host: "127.0.0.1", port })
  // An hour and a day that nobody waits for here.
  yield* client.patch(certificate, { type: "merge", body: { spec: { minPublish: "0s", rollback: "0s" } } })

  let made = 0
  const cart = (data: Readonly<Record<string, string>>) =>
    Effect.suspend(() =>
      client.create({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: `cart-${made++}`, namespace, labels: { kind: "cart" } },
        data
      })
    )
  const status = Effect.map(
    client.get(certificate),
    (object) => (object["status"] ?? {}) as { readonly phase?: string; readonly observedRotate?: string }
  )
  yield* until(Effect.result(cart({ owner: "ann" })), Result.isSuccess)
  yield* until(status, ({ phase }) => phase === "STABLE")
  const live = client.get(configuration) as Effect.Effect<Configuration, KubernetesClient.ClientError>
  return { client, sync, cart, status, live }
}).pipe(Effect.provideService(References.MinimumLogLevel, "None"))

const hasJq = spawnSync("jq", ["--version"]).status === 0

/** Whether all that is wanted is there, whatever the API server has added. */
const has = (there: unknown, wanted: unknown): boolean =>
  typeof wanted === "object" && wanted !== null
    ? typeof there === "object" &&
      there !== null &&
      Array.isArray(wanted) === Array.isArray(there) &&
      (!Array.isArray(wanted) || wanted.length === (there as ReadonlyArray<unknown>).length) &&
      Object.entries(wanted).every(([key, value]) => has((there as Record<string, unknown>)[key], value))
    : there === wanted

interface Application extends KubernetesObject {
  readonly spec: {
    readonly ignoreDifferences: ReadonlyArray<{
      readonly kind: string
      readonly jqPathExpressions: ReadonlyArray<string>
    }>
  }
}

/** What Argo CD would see of the live configuration that is not as in Git, once it has ignored what it is told to. */
const differences = (live: KubernetesObject): ReadonlyArray<unknown> => {
  const [application] = objectsOf("gitops/argocd.yaml") as ReadonlyArray<KubernetesObject> as ReadonlyArray<Application>
  const told = application?.spec.ignoreDifferences.find(({ kind }) => kind === live.kind)
  const filter = [...(told?.jqPathExpressions.map((path) => `del(${path})`) ?? []), ".webhooks"].join(" | ")
  const { stderr, stdout } = spawnSync("jq", [filter], { input: JSON.stringify(live), encoding: "utf8" })
  assert.strictEqual(stderr, "")
  const entries: ReadonlyArray<{ readonly clientConfig: object }> = JSON.parse(stdout)
  const git = objectsOf("webhook-certificate/manifest.yaml").find(({ kind }) => kind === live.kind)
  return has(entries, git?.["webhooks"]) ? entries.filter(({ clientConfig }) => "caBundle" in clientConfig) : entries
}

describe("a webhook of somebody else", () => {
  it.live(
    "reviews through a rotation and through syncs of GitOps tools without a failed request",
    () =>
      Effect.gen(function* () {
        const { cart, client, live, status, sync } = yield* lab
        const refusal = yield* Effect.flip(cart({ size: "3" }))
        assert.include(refusal.message, "a cart needs data.owner")

        const failures: Array<string> = []
        let requests = 0
        const load = yield* cart({ owner: "ann" }).pipe(
          Effect.tap(() => Effect.sync(() => requests++)),
          Effect.catch(({ message }) => Effect.sync(() => failures.push(message))),
          Effect.delay("25 millis"),
          Effect.forever,
          Effect.forkChild
        )
        const syncs = yield* Effect.forkChild(Effect.forever(Effect.delay(sync("kustomize-controller"), "500 millis")))
        const before = yield* live
        yield* client.patch(certificate, {
          type: "merge",
          body: { metadata: { annotations: { [WebhookCertificate.rotateAnnotation]: "now" } } }
        })
        yield* until(status, ({ observedRotate, phase }) => observedRotate === "now" && phase === "STABLE")
        yield* Fiber.interrupt(syncs)
        yield* Fiber.interrupt(load)

        assert.deepStrictEqual(failures, [])
        assert.isAbove(requests, 20)
        const after = yield* live
        assert.notStrictEqual(after.webhooks[0]?.clientConfig.caBundle, before.webhooks[0]?.clientConfig.caBundle)
        const events = yield* client.list({ apiVersion: "events.k8s.io/v1", kind: "Event", namespace })
        assert.notInclude(JSON.stringify(events), "BundleRepaired")
        if (hasJq) assert.deepStrictEqual(differences(after), [])
        else console.log("skipped: the comparison with Argo CD's expressions, which takes jq")
      }).pipe(Effect.scoped),
    600_000
  )
})
