/**
 * The hammer: creates and updates at a steady pace, through every API server in turn, on connections that are kept and on
 * fresh ones. Every answer but success counts as a failure, and so does none. A line of JSON tells of each failure when
 * it happens; once a second a line tells the counts.
 *
 * It is a process of its own, so that nothing the test does can slow it down, and it shares no code with what it tests.
 */
import { readFileSync } from "node:fs"
import { Agent, request } from "node:https"
import { parse } from "yaml"
import type { LoadCounts, LoadFailure, LoadPlan } from "./Load.ts"

const plan: LoadPlan = JSON.parse(readFileSync(0, "utf8"))

const servers = plan.kubeconfigs.map((text) => {
  const config = parse(text)
  const { cluster } = config.clusters[0]
  const { user } = config.users[0]
  const decode = (value: string) => Buffer.from(value, "base64").toString("utf8")
  const identity = {
    ca: decode(cluster["certificate-authority-data"]),
    cert: decode(user["client-certificate-data"]),
    key: decode(user["client-key-data"])
  }
  return { url: cluster.server as string, identity, kept: new Agent({ ...identity, keepAlive: true, maxSockets: 4 }) }
})

const counts: { -readonly [K in keyof LoadCounts]: LoadCounts[K] } = {
  requests: 0,
  creates: 0,
  updates: 0,
  fresh: 0,
  failed: 0,
  slowest: 0
}

interface Operation {
  readonly verb: "create" | "update" | "delete"
  readonly method: "POST" | "PUT" | "DELETE"
  readonly path: string
  readonly body?: object
}

let sent = 0

/** The next server, and a fresh connection every other round: every server sees both. */
const send = (operation: Operation): Promise<boolean> => {
  sent += 1
  const server = servers[sent % servers.length]
  if (server === undefined) throw new Error("no API server")
  const isFresh = Math.floor(sent / servers.length) % 2 === 0
  const started = Date.now()
  return new Promise((resolve) => {
    const finish = (problem: string | undefined) => {
      counts.requests += 1
      if (operation.verb === "create") counts.creates += 1
      if (operation.verb === "update") counts.updates += 1
      if (isFresh) counts.fresh += 1
      counts.slowest = Math.max(counts.slowest, Date.now() - started)
      if (problem !== undefined) {
        counts.failed += 1
        const failure: LoadFailure = {
          at: new Date(started).toISOString(),
          took: Date.now() - started,
          server: server.url,
          connection: isFresh ? "fresh" : "kept",
          request: `${operation.method} ${operation.path}`,
          problem
        }
        console.log(JSON.stringify({ failure }))
      }
      resolve(problem === undefined)
    }
    const text = operation.body === undefined ? "" : JSON.stringify(operation.body)
    const outgoing = request(
      `${server.url}${operation.path}`,
      {
        method: operation.method,
        ...(isFresh ? { ...server.identity, agent: false } : { agent: server.kept }),
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(text) },
        timeout: 30_000
      },
      (response) => {
        let answer = ""
        response.setEncoding("utf8")
        response.on("data", (chunk: string) => {
          answer += chunk
        })
        response.once("error", (error) => finish(`the answer broke off: ${error.message}`))
        response.once("end", () => {
          const status = response.statusCode ?? 0
          finish(status < 300 ? undefined : `${status} ${messageOf(answer)}`)
        })
      }
    )
    outgoing.once("timeout", () => outgoing.destroy(new Error("no answer within 30 s")))
    outgoing.once("error", (error) => finish(error.message))
    outgoing.end(text)
  })
}

const messageOf = (answer: string): string => {
  try {
    return JSON.parse(answer).message ?? answer
  } catch {
    return answer
  }
}

const configMaps = `/api/v1/namespaces/${plan.namespace}/configmaps`
const repositories = "/apis/packages.glasskube.dev/v1alpha1/packagerepositories"

/** A ConfigMap is created through one API server, updated through the next, and deleted through another. */
const configMap = async (index: number): Promise<void> => {
  // What an earlier run could not delete is not in the way of this one.
  const name = `load-${process.pid}-${index}`
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { at: "created" } }
  const update = { ...object, data: { at: "updated" } }
  // What was not created cannot be updated: one failure is told once.
  void (
    (await send({ verb: "create", method: "POST", path: configMaps, body: object })) &&
    (await send({ verb: "update", method: "PUT", path: `${configMaps}/${name}`, body: update })) &&
    (await send({ verb: "delete", method: "DELETE", path: `${configMaps}/${name}` }))
  )
}

/** Repositories go through the operator's own webhook. Dry runs do too, and leave nothing for it to fetch. */
const repository = async (): Promise<void> => {
  const object = {
    apiVersion: "packages.glasskube.dev/v1alpha1",
    kind: "PackageRepository",
    metadata: { generateName: "load-" },
    spec: { url: "https://packages.example.com" }
  }
  await send({ verb: "create", method: "POST", path: `${repositories}?dryRun=All`, body: object })
}

let index = 0
const perSecond = plan.repositories ? 3 : 2
setInterval(
  () => {
    index += 1
    void configMap(index)
    if (plan.repositories) void repository()
  },
  (1000 * perSecond) / plan.rate
)
setInterval(() => console.log(JSON.stringify({ counts })), 1000)
// Who started it has died.
process.stdout.on("error", () => process.exit(1))
