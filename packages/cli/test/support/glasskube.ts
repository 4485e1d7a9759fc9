import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { make } from "@holdfast/k8s-adapter/KubernetesClient"
import { toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import { CertificateJob, Controllers, type TestCluster, Webhook } from "@holdfast/testkit"
import { Clock, Effect } from "effect"

/** The names by which a simulated cluster knows the operator whose controllers and webhook it plays. */
export interface Operator {
  readonly namespace: string
  readonly service: string
  readonly secret: string
  readonly configuration: string
  readonly job: string
  readonly podLabels: string
}

const glasskube: Operator = {
  namespace: "glasskube-system",
  service: "glasskube-webhook-service",
  secret: "glasskube-webhook-tls",
  configuration: "glasskube-validating-webhook-configuration",
  job: "glasskube-webhook-cert-init",
  podLabels: "control-plane=controller-manager"
}

/** A real manifest from the folder beside the repository; `undefined` where it is not there. */
export const manifest = (name: "slim" | "aio"): string | undefined => {
  const file = fileURLToPath(new URL(`../../../../../shared/manifests/glasskube-${name}.yaml`, import.meta.url))
  return existsSync(file) ? file : undefined
}

export interface Simulation {
  /** Milliseconds from the Secret's change until the pod serves the new certificate. */
  lag: number
  /** Whether the API shows when the pod has switched: it is replaced, and not only refreshed. */
  visible: boolean
  /** When the last window opened and closed, in milliseconds of the clock. */
  opened: number
  closed: number
  jobs: number
}

/** Everything of an operator that a cluster without kubelets lacks: its certificate Job, its webhook, its controllers. */
export const simulate = Effect.fnUntraced(function* (
  cluster: TestCluster.TestCluster,
  operator: Operator = glasskube,
  options: Webhook.Options = {}
) {
  const { namespace } = operator
  const service = { namespace, name: operator.service }
  const secret = { namespace, name: operator.secret }
  const state: Simulation = { lag: 0, visible: false, opened: 0, closed: 0, jobs: 0 }
  const webhook = yield* Webhook.make(options)
  yield* cluster.route(service, webhook.target)
  const job = yield* CertificateJob.make(cluster, {
    secret,
    service,
    configurations: [{ kind: "ValidatingWebhookConfiguration", name: operator.configuration }]
  })
  // Made, and warm, before any window: what is measured is not its first connection.
  const client = yield* make({ text: cluster.kubeconfig })
  yield* client.version
  const run = Effect.runForkWith(yield* Effect.context<never>())
  const replacePods = Effect.gen(function* () {
    const pods = yield* client.list({ apiVersion: "v1", kind: "Pod", namespace, labelSelector: operator.podLabels })
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
  yield* Controllers.run(cluster, { jobs: { [`${namespace}/${operator.job}`]: () => rotate } })
  return state
})
