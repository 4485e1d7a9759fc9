/**
 * Plain TypeScript on `@kubernetes/client-node`: the calls stay, their errors are typed, and what passes by itself is
 * tried again. The API server of the test kit is too busy for the first two attempts.
 */
import { classify } from "@holdfast/k8s-adapter/Classify"
import { typedRejection } from "@holdfast/k8s-adapter/ClientNode"
import { isKubernetesError } from "@holdfast/k8s-adapter/KubernetesError"
import { retry } from "@holdfast/retry-core/promise"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import * as Faults from "@holdfast/testkit/Faults"
import { startApiServer } from "@holdfast/testkit/promise"
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node"
import { Effect } from "effect"

await using running = await startApiServer()
const kubeConfig = new KubeConfig()
kubeConfig.loadFromString(running.kubeconfig)
const core = kubeConfig.makeApiClient(CoreV1Api)

const body = { metadata: { name: "cart" }, data: { owner: "ann" } }
const create = () => typedRejection(core.createNamespacedConfigMap({ namespace: "default", body }))
const policy = RetryPolicy.make({ baseDelay: "10 millis", deadline: "1 minute" })

await Effect.runPromise(
  running.server.faults.inject(Faults.serviceUnavailable(), { match: { method: "POST" }, times: 2 })
)
const created = await retry(create, { classify, policy })
console.log(`created ${created.metadata?.name} at the third attempt`)

// Trying again would not help here, so it is not done.
try {
  await retry(create, { classify, policy })
} catch (error) {
  console.log(isKubernetesError(error) ? `${error._tag}: ${error.message}` : error)
}
