/**
 * Figures of the embedded API server beside those of a real one, where its programs are found: start, small requests a
 * second, a list of 10,000 objects, and one change told to 1,000 watchers. `node packages/testkit/bench/apiServer.ts`;
 * each server runs in a process of its own, the embedded one on one core, kube-apiserver and etcd on all there are.
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import type { IncomingMessage } from "node:http"
import { Agent, request } from "node:https"
import { performance } from "node:perf_hooks"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { parse } from "yaml"
import * as ApiServer from "../src/ApiServer.ts"
import * as KubeApiserver from "../src/KubeApiserver.ts"
import * as KubeBinaries from "../src/KubeBinaries.ts"

interface Started {
  readonly kubeconfig: string
  /** Milliseconds of the first start, which loads what the second finds loaded. */
  readonly first: number
  readonly second?: number
}

const timed = <A, E, R>(start: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.timed(start), ([duration, server]) => ({ millis: Duration.toMillis(duration), server }))

const servers = {
  embedded: Effect.gen(function* () {
    const { millis: first } = yield* timed(ApiServer.make())
    const { millis: second, server } = yield* timed(ApiServer.make())
    return { kubeconfig: server.kubeconfig, first, second }
  }),
  "kube-apiserver": Effect.map(
    timed(Effect.flatMap(KubeBinaries.find, (binaries) => KubeApiserver.make({ binaries }))),
    ({ millis, server }) => ({ kubeconfig: server.kubeconfig, first: millis })
  )
}
type Kind = keyof typeof servers

/** Serves until the parent hangs up. */
const serve = (kind: Kind) =>
  Effect.gen(function* () {
    const started: Started = yield* servers[kind]
    process.send?.(started)
    yield* Effect.promise(() => once(process, "disconnect"))
  })

const client = (kubeconfig: string) => {
  const config = parse(kubeconfig)
  const data = (text: string) => Buffer.from(text, "base64").toString()
  const [{ cluster }] = config.clusters
  const [{ user }] = config.users
  const identity = {
    ca: data(cluster["certificate-authority-data"]),
    cert: data(user["client-certificate-data"]),
    key: data(user["client-key-data"])
  }
  const watches: Array<IncomingMessage> = []
  const agent = new Agent({ ...identity, keepAlive: true, maxSockets: 32 })
  const send = (method: string, path: string, body?: unknown) =>
    new Promise<string>((resolve, reject) => {
      const content = body === undefined ? undefined : JSON.stringify(body)
      request(
        `${cluster.server}${path}`,
        { agent, method, headers: { "content-type": "application/json" } },
        (response) => {
          const chunks: Array<string> = []
          response.setEncoding("utf8")
          response.on("data", (chunk: string) => chunks.push(chunk))
          response.on("end", () => resolve(chunks.join("")))
        }
      )
        .on("error", reject)
        .end(content)
    })
  /** Opens a watch and calls back for each event. */
  const watch = (path: string, onEvent: () => void) =>
    new Promise<void>((resolve, reject) => {
      request(`${cluster.server}${path}`, { ...identity, agent: false }, (response) => {
        watches.push(response)
        response.setEncoding("utf8")
        response.on("data", (chunk: string) => {
          for (const line of chunk.split("\n")) if (line !== "") onEvent()
        })
        resolve()
      })
        .on("error", reject)
        .end()
    })
  const close = () => {
    agent.destroy()
    for (const response of watches) response.destroy()
  }
  return { send, watch, close }
}

const configMap = (index: number) => ({ metadata: { name: `object-${index}` }, data: { index: String(index) } })
const path = "/api/v1/namespaces/default/configmaps"
const seconds = async (run: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await run()
  return (performance.now() - start) / 1000
}

/** What was measured; milliseconds, or a number each second. */
type Figures = ReadonlyMap<string, { readonly value: number; readonly unit: "ms" | "/s" }>

const measure = async (kind: Kind): Promise<Figures> => {
  const child = fork(new URL(import.meta.url).pathname, [kind])
  const [{ first, kubeconfig, second }]: [Started] = (await once(child, "message")) as [Started]
  const { close, send, watch } = client(kubeconfig)
  const figures = new Map<string, { readonly value: number; readonly unit: "ms" | "/s" }>()
  figures.set("first start", { value: first, unit: "ms" })
  if (second !== undefined) figures.set("start, once loaded", { value: second, unit: "ms" })

  const count = 10_000
  const each = async (run: (index: number) => Promise<unknown>) => {
    let next = 0
    await Promise.all(
      Array.from({ length: 32 }, async () => {
        while (next < count) await run(next++)
      })
    )
  }
  const created = await seconds(() => each((index) => send("POST", path, configMap(index))))
  figures.set("creates, 32 at a time", { value: count / created, unit: "/s" })
  const read = await seconds(() => each((index) => send("GET", `${path}/object-${index}`)))
  figures.set("gets, 32 at a time", { value: count / read, unit: "/s" })
  const listed = await seconds(() => send("GET", path))
  figures.set("list of 10,000 objects", { value: listed * 1000, unit: "ms" })

  let events = 0
  const from = JSON.parse(await send("GET", `${path}?limit=1`)).metadata.resourceVersion
  for (let opened = 0; opened < 1000; opened += 50) {
    await Promise.all(
      Array.from({ length: 50 }, () => watch(`${path}?watch=true&resourceVersion=${from}`, () => events++))
    )
  }
  const told = await seconds(async () => {
    await send("PUT", `${path}/object-1`, { ...configMap(1), data: { changed: "yes" } })
    while (events < 1000) await new Promise((resolve) => setImmediate(resolve))
  })
  figures.set("one change told to 1,000 watchers", { value: told * 1000, unit: "ms" })
  close()
  child.disconnect()
  await once(child, "exit")
  return figures
}

const report = (embedded: Figures, real: Figures | undefined): void => {
  const row = (...[what, ...cells]: ReadonlyArray<string>) =>
    process.stdout.write(`${(what ?? "").padEnd(36)}${cells.map((cell) => cell.padStart(18)).join("")}\n`)
  row("", "embedded", ...(real === undefined ? [] : ["kube-apiserver", "times as fast"]))
  for (const [what, { unit, value }] of embedded) {
    const show = (figure: number) => `${figure.toFixed(0)} ${unit}`
    const other = real?.get(what)?.value
    const ratio = other === undefined ? undefined : unit === "ms" ? other / value : value / other
    row(what, show(value), ...(other === undefined || ratio === undefined ? [] : [show(other), ratio.toFixed(1)]))
  }
}

const compare = async (): Promise<void> => {
  const embedded = await measure("embedded")
  const found = await Effect.runPromise(Effect.option(KubeBinaries.find))
  report(embedded, found._tag === "None" ? undefined : await measure("kube-apiserver"))
  if (found._tag === "None") {
    process.stdout.write(
      "No figures of a real server: set KUBEBUILDER_ASSETS to a folder with kube-apiserver and etcd.\n"
    )
  }
}

const kind = process.argv[2]
await (kind === "embedded" || kind === "kube-apiserver"
  ? Effect.runPromise(Effect.scoped(Effect.orDie(serve(kind))))
  : compare())
