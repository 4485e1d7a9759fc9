import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { make } from "@holdfast/k8s-adapter/KubernetesClient"
import { toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import { CertificateJob, Controllers, type TestCluster, Webhook } from "@holdfast/testkit"
import { Clock, Effect } from "effect"

const namespace = "glasskube-system"
const service = { namespace, name: "glasskube-webhook-service" }
const secret = { namespace, name: "glasskube-webhook-tls" }

/** A real manifest from the folder beside the repository; `undefined` where it is not there. */
export const manifest = (name: "slim" | "aio"): string | undefined => {
  const file = fileURLToPath(new URL(`../../../../../shared/manifests/glasskube-${name}.yaml`, import.meta.url))
  return existsSync(file) ? file : undefined
}

export interface Glasskube {
  /** Milliseconds from the Secret's change until the pod serves the new certificate. */
  lag: number
  /** Whether the API shows when the pod has switched: it is replaced, and not only refreshed. */
  visible: boolean
  /** When the last window opened and closed, in milliseconds of the clock. */
  opened: number
  closed: number
  jobs: number
}

/** Everything of Glasskube that a cluster without kubelets lacks: its certificate Job, its webhook, its controllers. */
export const simulate = Effect.fnUntraced(function* (cluster: TestCluster.TestCluster) {
  const state: Glasskube = { lag: 0, visible: false, opened: 0, closed: 0, jobs: 0 }
  const webhook = yield* Webhook.make()
  yield* cluster.route(service, webhook.target)
  const job = yield* CertificateJob.make(cluster, {
    secret,
    service,
    configurations: [{ kind: "ValidatingWebhookConfiguration", name: "glasskube-validating-webhook-configuration" }]
  })
  // Made, and warm, before any window: what is measured is not its first connection.
  const client = yield* make({ text: cluster.kubeconfig })
  yield* client.version
  const run = Effect.runForkWith(yield* Effect.context<never>())
  const replacePods = Effect.gen(function* () {
    const labelSelector = "control-plane=controller-manager"
    const pods = yield* client.list({ apiVersion: "v1", kind: "Pod", namespace, labelSelector })
    yield* Effect.forEach(pods.items, (pod) => client.delete(toRef(pod), { gracePeriodSeconds: 0 }))
  })
  const readSecret = Effect.gen(function* () {
    const { data } = (yield* client.get({ apiVersion: "v1", kind: "Secret", ...secret })) as unknown as {
      data: Record<string, string>
    }
    const text = (key: string) => Buffer.from(data[key] ?? "", "base64").toString()
    return { chainPem: text("tls.crt"), privateKeyPem: text("tls.key") }
  })
  const rotate = Effect.gen(function* () {
    yield* job
    state.jobs++
    state.opened = yield* Clock.currentTimeMillis
    const first = state.jobs === 1
    const { visible } = state
    run(
      Effect.gen(function* () {
        if (!first) yield* Effect.sleep(state.lag)
        yield* webhook.present(yield* readSecret)
        state.closed = yield* Clock.currentTimeMillis
        if (visible && !first) yield* replacePods
      })
    )
  })
  yield* Controllers.run(cluster, { jobs: { [`${namespace}/glasskube-webhook-cert-init`]: () => rotate } })
  return state
})
