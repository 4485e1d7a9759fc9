/**
 * What a contract test works with, and how tests become vitest tests for one server.
 */
import { it as effectIt } from "@effect/vitest"
import type { TestCluster } from "@holdfast/testkit/TestCluster"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, describe } from "vitest"
import * as Api from "./Api.ts"

export interface Lab {
  readonly cluster: TestCluster
  /** As an administrator. */
  readonly api: Api.Api
  /** A namespace of this test's own. */
  readonly namespace: string
  /** Of the server's version: 37 is Kubernetes 1.37. What is worded by version was measured on 1.34 and 1.37. */
  readonly minor: number
  /** A name that no other test has, for what is not in a namespace. Also a DNS label. */
  readonly unique: string
}

type It = (
  title: string,
  test: (lab: Lab) => Generator<Effect.Effect<unknown, unknown, Scope.Scope>, void, never>
) => void

/** The tests of one area, such as watches. */
export interface Area {
  readonly name: string
  readonly tests: (it: It) => void
}

export interface Server {
  readonly kind: TestCluster["kind"]
  readonly make: Effect.Effect<TestCluster, unknown, Scope.Scope>
}

/** Registers all tests of some areas for a server, which starts before the first and ends after the last. */
export const run = (server: Server, areas: ReadonlyArray<Area>): void => {
  const scope = Scope.makeUnsafe()
  let cluster: TestCluster
  let admin: Api.Api
  let minor = 0
  let count = 0

  beforeAll(async () => {
    cluster = await Effect.runPromise(Scope.provide(server.make, scope))
    admin = Api.make(cluster.kubeconfig)
    minor = Number.parseInt((await Effect.runPromise(admin.get("/version"))).body.minor, 10)
  }, 180_000)
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)), 30_000)

  const it: It = (title, test) =>
    effectIt.live(
      title,
      () =>
        Effect.gen(function* () {
          const unique = `t${++count}`
          yield* admin.post("/api/v1/namespaces", { metadata: { name: unique } })
          yield* Effect.gen(() => test({ cluster, api: admin, namespace: unique, minor, unique }))
        }),
      60_000
    )
  for (const area of areas) describe(area.name, () => area.tests(it))
}
