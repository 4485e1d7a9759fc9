/**
 * What a contract test works with, and how tests become vitest tests for one server.
 */
import { it as effectIt } from "@effect/vitest"
import type { KubeApiserver } from "@holdfast/testkit/KubeApiserver"
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
  /** A name that no other test has, for what is not in a namespace. Also a DNS label. */
  readonly unique: string
}

/** A test of what only a kube-apiserver does: other users, etcd's compaction. */
export interface RealLab extends Lab {
  readonly cluster: KubeApiserver
}

type Test<L> = (lab: L) => Generator<Effect.Effect<unknown, unknown, Scope.Scope>, void, never>

export interface It {
  (title: string, test: Test<Lab>): void
  /** Runs on kube-apiserver alone and counts as unsupported elsewhere; `why` stands in the title. */
  readonly real: (title: string, why: string, test: Test<RealLab>) => void
}

/** The tests of one area, such as watches. */
export interface Area {
  readonly name: string
  readonly tests: (it: It) => void
}

export interface Server {
  readonly kind: TestCluster["kind"]
  readonly make: Effect.Effect<TestCluster, unknown, Scope.Scope>
  /** What it leaves out, by area or by `area: title`, each with the reason. Such tests are skipped and counted. */
  readonly unsupported?: Readonly<Record<string, string>>
}

/** Registers all tests of some areas for a server, which starts before the first and ends after the last. */
export const run = (server: Server, areas: ReadonlyArray<Area>): void => {
  const scope = Scope.makeUnsafe()
  let cluster: TestCluster
  let admin: Api.Api
  let count = 0

  beforeAll(async () => {
    cluster = await Effect.runPromise(Scope.provide(server.make, scope))
    admin = Api.make(cluster.kubeconfig)
  }, 180_000)
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)), 30_000)

  const live = <L extends Lab>(title: string, test: Test<L>) =>
    effectIt.live(
      title,
      () =>
        Effect.gen(function* () {
          const unique = `t${++count}`
          yield* admin.post("/api/v1/namespaces", { metadata: { name: unique } })
          yield* Effect.gen(() => test({ cluster, api: admin, namespace: unique, unique } as L))
        }),
      60_000
    )
  const itOf = (area: string): It => {
    const unless = <L extends Lab>(reason: string | undefined, title: string, test: Test<L>) =>
      reason === undefined ? live(title, test) : effectIt.skip(`${title} (${reason})`)
    const leftOut = (title: string) => server.unsupported?.[area] ?? server.unsupported?.[`${area}: ${title}`]
    return Object.assign((title: string, test: Test<Lab>) => unless(leftOut(title), title, test), {
      real: (title: string, why: string, test: Test<RealLab>) =>
        unless(server.kind === "kube-apiserver" ? undefined : why, title, test)
    })
  }
  for (const area of areas) describe(area.name, () => area.tests(itOf(area.name)))
}
