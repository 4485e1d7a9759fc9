/**
 * Figures of the embedded API server: start, small requests a second, a list of 10,000 objects, and one change told to
 * 1,000 watchers. `node packages/testkit/bench/apiServer.ts`; the server runs in a process of its own.
 */
import { fork } from "node:child_process"
import { Agent, request } from "node:https"
import { performance } from "node:perf_hooks"
import * as Effect from "effect/Effect"
import { parse } from "yaml"
import * as ApiServer from "../src/ApiServer.ts"

interface Started {
  readonly kubeconfig: string
  readonly loaded: number
  readonly started: number
}

const serve = Effect.gen(function* () {
  const loaded = performance.now()
  // The first start loads the certificate library; the second is what a test that starts many servers sees.
  yield* ApiServer.make()
  const warm = performance.now()
  const { kubeconfig } = yield* ApiServer.make()
  process.send?.({ kubeconfig, loaded: warm - loaded, started: performance.now() - warm } satisfies Started)
  yield* Effect.never
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
        response.setEncoding("utf8")
        response.on("data", (chunk: string) => {
          for (const line of chunk.split("\n")) if (line !== "") onEvent()
        })
        resolve()
      })
        .on("error", reject)
        .end()
    })
  return { send, watch }
}

const configMap = (index: number) => ({ metadata: { name: `object-${index}` }, data: { index: String(index) } })
const path = "/api/v1/namespaces/default/configmaps"
const seconds = async (run: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await run()
  return (performance.now() - start) / 1000
}

const measure = async (): Promise<void> => {
  const child = fork(new URL(import.meta.url).pathname, ["serve"])
  const { kubeconfig, loaded, started } = await new Promise<Started>((resolve) => child.once("message", resolve))
  const { send, watch } = client(kubeconfig)
  const report = (what: string, value: string) => process.stdout.write(`${what.padEnd(48)}${value.padStart(16)}\n`)
  report("first start, certificate library included", `${loaded.toFixed(0)} ms`)
  report("start, once loaded", `${started.toFixed(0)} ms`)

  const each = async (count: number, run: (index: number) => Promise<unknown>) => {
    let next = 0
    await Promise.all(
      Array.from({ length: 32 }, async () => {
        while (next < count) await run(next++)
      })
    )
  }
  const created = await seconds(() => each(10_000, (index) => send("POST", path, configMap(index))))
  report("creates, 32 at a time", `${(10_000 / created).toFixed(0)} /s`)
  const read = await seconds(() => each(10_000, (index) => send("GET", `${path}/object-${index}`)))
  report("gets, 32 at a time", `${(10_000 / read).toFixed(0)} /s`)
  const listed = await seconds(() => send("GET", path))
  report("list of 10,000 objects", `${(listed * 1000).toFixed(0)} ms`)

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
  report("one change told to 1,000 watchers", `${(told * 1000).toFixed(0)} ms`)
  child.kill()
  process.exit(0)
}

await (process.argv[2] === "serve" ? Effect.runPromise(Effect.scoped(serve)) : measure())
