import * as DemoCluster from "@holdfast/cli/demo/DemoCluster"
import { names, namespace, objects } from "@holdfast/cli/demo/DemoManifest"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { ApiServer, type Webhook } from "@holdfast/testkit"
import { Effect } from "effect"
import { stringify } from "yaml"
import { bundle, run, start, temporaryFile } from "./bundle.ts"
import { simulate } from "./glasskube.ts"

/** The operator of the demo. */
const demo = {
  namespace,
  service: names.service,
  secret: names.secret,
  configuration: names.configuration,
  job: names.job,
  podLabels: `app=${names.labels.app}`
}

/** The embedded API server with everything that the demo's operator needs around it, and the built program to use on it. */
export const embedded = Effect.fnUntraced(function* (options: Webhook.Options = {}) {
  const program = bundle()
  const server = yield* ApiServer.make()
  const simulation = yield* simulate(server, demo, options)
  yield* DemoCluster.repositoryController.pipe(
    Effect.provide(KubernetesClient.layer({ text: server.kubeconfig })),
    Effect.forkScoped
  )
  const manifest = temporaryFile("operator.yaml", objects.map((object) => stringify(object)).join("---\n"))
  const env = { KUBECONFIG: temporaryFile("kubeconfig", server.kubeconfig) }
  return {
    server,
    simulation,
    manifest,
    env,
    /** Runs the program on this cluster to its end. */
    holdfast: (...words: ReadonlyArray<string>) => Effect.promise(() => run(program, words, env)),
    /** Starts the program on this cluster. */
    start: (...words: ReadonlyArray<string>) => Effect.sync(() => start(program, words, env)),
    bootstrap: (...flags: ReadonlyArray<string>) =>
      Effect.promise(() => run(program, ["bootstrap", "-f", manifest, "--yes", ...flags], env))
  }
})
