/**
 * What nobody has thought of writing a test for: random requests are sent to both servers, and the answers compared.
 * A tool for whoever works on the embedded server, run with `HOLDFAST_DIFFERENTIAL_RUNS=150`: it shows the next
 * difference, made as small as it can be, so that a contract test can be written for it.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import type { TestCluster } from "@holdfast/testkit/TestCluster"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as fc from "fast-check"
import * as Api from "./support/Api.ts"

const binaries = await Effect.runPromise(Effect.option(KubeBinaries.find))
const runs = Number(process.env["HOLDFAST_DIFFERENTIAL_RUNS"] ?? 0)

interface Operation {
  readonly method: string
  readonly path: string
  readonly type?: Api.PatchType
  readonly body?: Api.Json
}

const name = fc.constantFrom("a", "b")
const manager = fc.constantFrom("one", "two")
const value = fc.constantFrom("1", "2", null)
const finalizers = fc.subarray(["example.com/x", "example.com/y"])
const data = fc.dictionary(fc.constantFrom("k", "l"), fc.constantFrom("1", "2"), { maxKeys: 2 })
const labels = fc.option(fc.dictionary(fc.constantFrom("app", "tier"), fc.constantFrom("x", "y"), { maxKeys: 2 }), {
  nil: undefined
})
const options = fc.constantFrom("", "dryRun=All", "fieldValidation=Strict")

const query = (...parts: ReadonlyArray<string>): string => {
  const given = parts.filter((part) => part !== "")
  return given.length === 0 ? "" : `?${given.join("&")}`
}

const without = <A extends object>(object: A): A => JSON.parse(JSON.stringify(object))

const configMap = fc
  .record({ name, data, labels, finalizers: fc.option(finalizers, { nil: undefined, freq: 4 }) })
  .map(({ data, ...metadata }) => without({ apiVersion: "v1", kind: "ConfigMap", metadata, data }))

const port = fc.record({
  name: fc.constantFrom("http", "https"),
  port: fc.constantFrom(80, 443),
  targetPort: fc.constantFrom(8080, "web")
})
const service = fc
  .record({ name, labels, ports: fc.array(port, { minLength: 0, maxLength: 2 }) })
  .map(({ ports, ...metadata }) =>
    without({ apiVersion: "v1", kind: "Service", metadata, spec: { selector: { app: "a" }, ports } })
  )

const container = fc.record({
  name: fc.constantFrom("main", "side"),
  image: fc.constantFrom("i:1", "i:2"),
  args: fc.option(fc.constantFrom(["x"], ["y", "z"], []), { nil: undefined })
})
const deployment = fc
  .record({
    name,
    replicas: fc.constantFrom(undefined, 0, 3, -1),
    containers: fc.array(container, { minLength: 0, maxLength: 2 }),
    app: fc.constantFrom("a", "b")
  })
  .map(({ app, containers, name, replicas }) =>
    without({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name },
      spec: {
        replicas,
        selector: { matchLabels: { app: "a" } },
        template: { metadata: { labels: { app } }, spec: { containers } }
      }
    })
  )

/** All that can be done with objects of one kind. */
const operations = (path: string, object: fc.Arbitrary<Api.Json>, mergePatch: fc.Arbitrary<Api.Json>) => {
  const named = fc.tuple(name, options, manager)
  const at = ([name, option, manager]: readonly [string, string, string]) =>
    `${path}/${name}${query(option, `fieldManager=${manager}`)}`
  return fc.oneof(
    fc.tuple(object, options, manager).map(
      ([body, option, manager]): Operation => ({
        method: "POST",
        path: `${path}${query(option, `fieldManager=${manager}`)}`,
        body
      })
    ),
    fc.tuple(object, options, manager).map(
      ([body, option, manager]): Operation => ({
        method: "PUT",
        path: at([body.metadata.name, option, manager]),
        body
      })
    ),
    fc.tuple(object, options, manager, fc.boolean()).map(
      ([body, option, manager, force]): Operation => ({
        method: "PATCH",
        type: "apply",
        path: `${at([body.metadata.name, option, manager])}${force ? "&force=true" : ""}`,
        body
      })
    ),
    fc
      .tuple(named, mergePatch, fc.constantFrom<Api.PatchType>("merge", "strategic"))
      .map(([where, body, type]): Operation => ({ method: "PATCH", type, path: at(where), body })),
    fc
      .tuple(name, fc.constantFrom("", "dryRun=All", "propagationPolicy=Foreground"))
      .map(([name, option]): Operation => ({ method: "DELETE", path: `${path}/${name}${query(option)}` })),
    fc
      .constantFrom(
        "",
        "labelSelector=app%3Dx",
        "labelSelector=app!%3Dx,tier",
        "limit=1",
        "fieldSelector=metadata.name%3Da"
      )
      .map((option): Operation => ({ method: "GET", path: `${path}${query(option)}` }))
  )
}

const metadataPatch = fc.record({
  labels: fc.option(fc.dictionary(fc.constantFrom("app", "tier"), value, { maxKeys: 2 })),
  finalizers: fc.option(finalizers)
})

const kinds = {
  ConfigMap: operations(
    "/api/v1/namespaces/NAMESPACE/configmaps",
    configMap,
    fc.record({ metadata: metadataPatch, data: fc.dictionary(fc.constantFrom("k", "l"), value) }, { requiredKeys: [] })
  ),
  Service: operations(
    "/api/v1/namespaces/NAMESPACE/services",
    service,
    fc.record(
      { metadata: metadataPatch, spec: fc.record({ ports: fc.array(port, { minLength: 1, maxLength: 2 }) }) },
      { requiredKeys: [] }
    )
  ),
  Deployment: operations(
    "/apis/apps/v1/namespaces/NAMESPACE/deployments",
    deployment,
    fc.record(
      {
        metadata: metadataPatch,
        spec: fc.record(
          {
            replicas: fc.constantFrom(0, 2, null),
            template: fc.record({
              spec: fc.record({ containers: fc.array(container, { minLength: 1, maxLength: 2 }) })
            })
          },
          { requiredKeys: [] }
        )
      },
      { requiredKeys: [] }
    )
  )
}

const volatile = new Set(["uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "time", "continue"])

/** What has to be alike: everything but identities and times, whose place is kept. */
const stable = (value: Api.Json, key = ""): Api.Json => {
  if (Array.isArray(value)) return value.map((each) => stable(each))
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.keys(value)
        .toSorted()
        .map((each) => [each, stable(value[each], each)])
    )
  }
  if (volatile.has(key)) return key
  if (typeof value !== "string") return value
  return value
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UID")
    .replace(/10\.96\.\d+\.\d+/g, "ADDRESS")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "TIME")
}

describe.skipIf(binaries._tag === "None" || runs === 0)("random requests", () => {
  const scope = Scope.makeUnsafe()
  let servers: ReadonlyArray<Api.Api>
  let count = 0

  beforeAll(async () => {
    const started: ReadonlyArray<TestCluster> = await Effect.runPromise(
      Scope.provide(Effect.all([KubeApiserver.make(), ApiServer.make({ controllerManager: false })]), scope)
    )
    servers = started.map(({ kubeconfig }) => Api.make(kubeconfig))
  }, 180_000)
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)), 30_000)

  for (const [kind, operation] of Object.entries(kinds)) {
    it(
      `are answered alike: ${kind}`,
      () =>
        fc.assert(
          fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 8 }), async (sequence) => {
            const namespace = `r${++count}`
            for (const server of servers) {
              await Effect.runPromise(server.post("/api/v1/namespaces", { metadata: { name: namespace } }))
            }
            for (const { body, method, path, type } of sequence) {
              const [expected, actual] = await Promise.all(
                servers.map(async (server) => {
                  const where = path.replace("NAMESPACE", namespace)
                  const answer = await Effect.runPromise(
                    type === undefined ? server.send(method, where, body) : server.patch(type, where, body)
                  )
                  return stable({ status: answer.status, warning: answer.headers["warning"], body: answer.body })
                })
              )
              assert.deepStrictEqual(actual, expected)
            }
          }),
          { numRuns: runs }
        ),
      600_000
    )
  }
})
