import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { createInterface } from "node:readline"
import { assert, it } from "@effect/vitest"
import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import * as PodNetwork from "@holdfast/testkit/PodNetwork"
import * as Effect from "effect/Effect"
import { describe } from "vitest"
import * as Api from "./contract/support/Api.ts"
import { configMap, eventually } from "./contract/support/Objects.ts"

const binaries = await Effect.runPromise(Effect.option(KubeBinaries.find))
const configMaps = "/api/v1/namespaces/default/configmaps"

const counterOf = (metrics: string, name: string): number =>
  metrics
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0)

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // One that has ended and that nobody has asked about yet is dead as well.
    return !/^State:\s+Z/m.test(existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, "utf8") : "")
  } catch {
    return false
  }
}

describe.skipIf(binaries._tag === "None")("KubeApiserver", () => {
  it.live("shows what is written through one API server at the others", () =>
    Effect.gen(function* () {
      const cluster = yield* KubeApiserver.make({ instances: 2 })
      const [one, two] = cluster.instances.map(({ kubeconfig }) => Api.make(kubeconfig))
      assert.isDefined(one)
      assert.isDefined(two)
      yield* one.post(configMaps, configMap("a"))
      const seen = yield* eventually(two.get(`${configMaps}/a`), ({ status }) => status === 200)
      assert.strictEqual(seen.body.metadata.name, "a")
    })
  )

  it.live("counts and logs each API server by itself", () =>
    Effect.gen(function* () {
      const cluster = yield* KubeApiserver.make({ instances: 2 })
      const [one, two] = cluster.instances
      assert.isDefined(one)
      assert.isDefined(two)
      const api = Api.make(two.kubeconfig)
      for (let i = 0; i < 30; i++) yield* api.post(configMaps, configMap(`a-${i}`))
      const posts = (text: string) =>
        text
          .split("\n")
          .filter((line) => /^apiserver_request_total\{.*resource="configmaps".*verb="POST"/.test(line))
          .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0)
      assert.isAtLeast(posts(yield* two.metrics), 30)
      assert.isBelow(posts(yield* one.metrics), 30)
      assert.notStrictEqual(one.logFile, two.logFile)
      assert.include(readFileSync(two.logFile, "utf8"), "Serving securely")
      assert.isAbove(counterOf(yield* one.metrics, "apiserver_request_total"), 0)
    })
  )

  it.live("goes on at the other API server while one is down, and at the same address after its return", () =>
    Effect.gen(function* () {
      const cluster = yield* KubeApiserver.make({ instances: 2 })
      const [one, two] = cluster.instances
      assert.isDefined(one)
      assert.isDefined(two)
      yield* one.kill
      assert.strictEqual((yield* Api.make(two.kubeconfig).post(configMaps, configMap("a"))).status, 201)
      yield* one.start
      assert.strictEqual((yield* Api.make(one.kubeconfig).get(`${configMaps}/a`)).status, 200)
      yield* two.stop
      assert.strictEqual((yield* Api.make(one.kubeconfig).get(`${configMaps}/a`)).status, 200)
    })
  )

  it.live("gives API servers on a network addresses and Leases of their own", () =>
    Effect.gen(function* () {
      const network = yield* PodNetwork.make
      const cluster = yield* KubeApiserver.make({ instances: 3, network })
      const api = Api.make(cluster.kubeconfig)
      const addresses = [0, 1, 2].map(network.nodeAddress)
      const slices = yield* eventually(
        api.get("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes"),
        ({ body }) => body.endpoints?.length === 3
      )
      assert.deepStrictEqual(
        slices.body.endpoints.flatMap((each: { addresses: Array<string> }) => each.addresses),
        addresses
      )
      assert.deepStrictEqual(
        slices.body.ports.map((each: { port: number }) => each.port),
        [network.apiPort]
      )
      const leases = yield* eventually(
        api.get(
          "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases?labelSelector=apiserver.kubernetes.io/identity=kube-apiserver"
        ),
        ({ body }) => body.items?.length === 3
      )
      assert.lengthOf(leases.body.items, 3)
    })
  )

  it.live("says what a component that does not start has to say", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(KubeApiserver.make({ arguments: ["--no-such-flag"] }))
      assert.strictEqual(error._tag, "KubeApiserverFailed")
      assert.include(error.message, "kube-apiserver-0 ended with exit code 1")
      assert.include(error.message, "unknown flag: --no-such-flag")
    })
  )

  it.live("leaves nothing behind when the scope ends", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.scoped(
        Effect.map(KubeApiserver.make(), ({ instances: [one] }) => dirname(dirname(one?.logFile ?? "")))
      )
      assert.match(folder, /holdfast-/)
      assert.isFalse(existsSync(folder))
    })
  )

  it.live("leaves the logs where they were asked for", () =>
    Effect.gen(function* () {
      const logDirectory = mkdtempSync(join(tmpdir(), "holdfast-logs-"))
      yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(logDirectory, { recursive: true })))
      yield* Effect.scoped(KubeApiserver.make({ logDirectory }))
      assert.isTrue(existsSync(join(logDirectory, "etcd.log")))
      assert.include(readFileSync(join(logDirectory, "kube-apiserver-0.log"), "utf8"), "Serving securely")
    })
  )

  it.live("leaves nothing behind when the process that started it is killed", () =>
    Effect.gen(function* () {
      const child = spawn(process.execPath, [join(import.meta.dirname, "support/startKubeApiserver.ts")], {
        stdio: ["ignore", "pipe", "inherit"]
      })
      const folder = yield* Effect.promise<string>(
        () => new Promise((resolve) => createInterface(child.stdout).once("line", resolve))
      )
      const pids = yield* processesOf(folder)
      assert.isAtLeast(pids.length, 2)
      child.kill("SIGKILL")
      yield* eventually(
        Effect.sync(() => !existsSync(folder) && !pids.some(isAlive)),
        (gone) => gone
      )
    })
  )
})

/** The processes that have a folder in their command line. */
const processesOf = (folder: string): Effect.Effect<ReadonlyArray<number>> =>
  Effect.promise(
    () =>
      new Promise((resolve) => {
        const ps = spawn("ps", ["-A", "-o", "pid=,args="], { stdio: ["ignore", "pipe", "inherit"] })
        const pids: Array<number> = []
        createInterface(ps.stdout)
          .on("line", (line) => {
            if (line.includes(folder) && /kube-apiserver|etcd/.test(line)) pids.push(Number.parseInt(line, 10))
          })
          .once("close", () => resolve(pids))
      })
  )
