import * as DemoCluster from "@holdfast/cli/demo/DemoCluster"
import { names, namespace, objects } from "@holdfast/cli/demo/DemoManifest"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { ApiServer, KubeApiserver, type TestCluster, type Webhook } from "@holdfast/testkit"
import { Effect, type Scope } from "effect"
import { stringify } from "yaml"
import { bundle, run, start, temporaryFile } from "./bundle.ts"
import { simulate } from "./glasskube.ts"

/** The servers that a suite runs on. */
export const servers = {
  embedded: { title: "the embedded API server", make: ApiServer.make() },
  real: { title: "a real kube-apiserver", make: Effect.orDie(KubeApiserver.make()) }
} as const satisfies Record<
  string,
  { readonly title: string; readonly make: Effect.Effect<TestCluster.TestCluster, never, Scope.Scope> }
>

export type Server = (typeof servers)[keyof typeof servers]

const demo = {
  namespace,
  service: names.service,
  secret: names.secret,
  configuration: names.configuration,
  job: names.job,
  podLabels: `app=${names.labels.app}`
}

/** Plays the demo's operator on a cluster, and runs the built program on it. */
export const withOperator = Effect.fnUntraced(function* <C extends TestCluster.TestCluster>(
  cluster: C,
  options: Webhook.Options = {}
) {
  const program = bundle()
  const simulation = yield* simulate(cluster, demo, options)
  yield* DemoCluster.repositoryController.pipe(
    Effect.provide(KubernetesClient.layer({ text: cluster.kubeconfig })),
    Effect.forkScoped
  )
  const manifest = temporaryFile("operator.yaml", objects.map((object) => stringify(object)).join("---\n"))
  const env = { KUBECONFIG: temporaryFile("kubeconfig", cluster.kubeconfig) }
  const bootstrapWords = (flags: ReadonlyArray<string>) => ["bootstrap", "-f", manifest, "--yes", ...flags]
  return {
    cluster,
    simulation,
    manifest,
    /** Runs the program to its end. */
    holdfast: (...words: ReadonlyArray<string>) => Effect.promise(() => run(program, words, env)),
    /** Bootstraps the demo's operator. */
    bootstrap: (...flags: ReadonlyArray<string>) => Effect.promise(() => run(program, bootstrapWords(flags), env)),
    /** Starts to bootstrap it, and leaves the process to the caller. */
    startBootstrap: (...flags: ReadonlyArray<string>) => Effect.sync(() => start(program, bootstrapWords(flags), env))
  }
})
