/** What happens to the operator, the API servers and the objects during a soak, and which failures it explains. */
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import { type Duration, Effect, Random } from "effect"
import * as Hooks from "../hammer/hooks.ts"
import type { LoadFailure } from "../hammer/Load.ts"
import type * as OperatorLab from "../hammer/OperatorLab.ts"
import * as Rotations from "../hammer/Rotations.ts"

export type Lab = Effect.Success<ReturnType<typeof OperatorLab.make>>

/** Set for the process that is started next. */
export interface Clocks {
  skew: Duration.Input
}

/** Something that happens, and is over when the effect returns. */
export interface Disturbance {
  readonly name: string
  readonly run: Effect.Effect<unknown, unknown>
  /** Whether a request may fail of it while it lasts. A client that holds on has no such excuse. */
  readonly explains: (failure: LoadFailure) => boolean
}

const nothing = () => false
const ofOwnWebhook = ({ request }: LoadFailure) => request.includes("packagerepositories")
const ofHooks = ({ request, problem }: LoadFailure) =>
  request.includes("configmaps") && problem.includes("failed calling webhook")
const ofTrust = ({ problem }: LoadFailure) =>
  /certificate signed by unknown authority|unable to load root certificates/.test(problem)

const millis = (from: number, to: number) => Random.nextIntBetween(from, to)

/** All there are. The first two replicas are never ended, so that what they use can be followed; the third one is. */
export const all = (lab: Lab, clocks: Clocks): ReadonlyArray<Disturbance> => {
  const { client, cluster } = lab
  const hook = lab.hooks[0] ?? ""
  const key = lab.keyOf(hook)
  const secret = (namespace: string, name: string) => ({ apiVersion: "v1", kind: "Secret", namespace, name })
  const serving = secret(Hooks.namespace, Hooks.secretOf(hook).name)
  const state = secret(Rotations.operatorNamespace, `${key.replace("/", ".")}.pki`)
  const configuration = { apiVersion: "admissionregistration.k8s.io/v1", ...Hooks.configurationOf(lab.hooks, hook) }

  // Replicas that are started again come last.
  const mortal = Effect.map(lab.operators, (replicas) => replicas.at(-1))
  const killMortal = Effect.flatMap(mortal, (replica) => replica?.signal("SIGKILL") ?? Effect.void)
  const aHook = Effect.map(lab.runtime.containers, (containers) =>
    containers.filter(({ namespace }) => namespace === Hooks.namespace).at(-1)
  )
  /** The first one stays: what the soak itself asks, it asks there. */
  const anApiServer = Effect.map(
    Random.nextIntBetween(1, cluster.instances.length),
    (index) => cluster.instances[index]
  )
  let down = ""
  const ofTheOneThatIsDown = ({ server, problem }: LoadFailure) => server === down || problem.includes(down)
  const apiServer = (end: "stop" | "kill"): Effect.Effect<void, unknown> =>
    Effect.gen(function* () {
      const instance = yield* anApiServer
      if (instance === undefined) return
      down = instance.url
      yield* instance[end]
      yield* Effect.sleep(yield* millis(500, 15_000))
      yield* instance.start
    })

  return [
    {
      name: "the leader stopped, and going on",
      run: Effect.gen(function* () {
        const leader = yield* lab.leader
        yield* leader?.signal("SIGSTOP") ?? Effect.void
        yield* Effect.sleep(yield* millis(1000, 30_000))
        yield* leader?.signal("SIGCONT") ?? Effect.void
      }),
      explains: ofOwnWebhook
    },
    { name: "a replica killed", run: killMortal, explains: ofOwnWebhook },
    {
      name: "a replica replaced",
      run: Effect.gen(function* () {
        const replica = yield* mortal
        if (replica === undefined) return
        const { namespace, pod } = replica
        yield* client.delete({ apiVersion: "v1", kind: "Pod", namespace, name: pod })
        yield* replica.ended
      }),
      explains: nothing
    },
    {
      name: "a replica whose clock is off by an hour",
      run: Effect.gen(function* () {
        clocks.skew = "1 hour"
        yield* killMortal
        yield* Effect.sleep("15 seconds")
        clocks.skew = 0
        yield* killMortal
      }),
      explains: ofOwnWebhook
    },
    {
      name: "a webhook's pod killed",
      run: Effect.flatMap(aHook, (pod) => pod?.signal("SIGKILL") ?? Effect.void),
      explains: ofHooks
    },
    { name: "an API server killed", run: apiServer("kill"), explains: ofTheOneThatIsDown },
    { name: "an API server restarted", run: apiServer("stop"), explains: ofTheOneThatIsDown },
    { name: "etcd compacted", run: cluster.compact, explains: nothing },
    {
      name: "caBundle wiped",
      run: client.patch(configuration, {
        type: "json",
        body: [{ op: "remove", path: "/webhooks/0/clientConfig/caBundle" }],
        fieldManager: "wiper"
      }),
      explains: ofTrust
    },
    {
      name: "the manifest replaced",
      run: Effect.gen(function* () {
        const manifest = Hooks.configurations(lab.hooks).find(({ metadata }) => metadata.name === hook)
        const { resourceVersion } = (yield* client.get(configuration)).metadata
        if (manifest === undefined || resourceVersion === undefined) return
        yield* client.replace({ ...manifest, metadata: { ...manifest.metadata, resourceVersion } })
      }).pipe(
        // The operator may have written in between.
        Effect.retry({ times: 5 })
      ),
      explains: ofTrust
    },
    { name: "the serving Secret deleted", run: client.delete(serving), explains: nothing },
    {
      name: "the serving Secret spoilt",
      run: client.patch(serving, {
        type: "merge",
        body: { data: { "tls.crt": "bm9uc2Vuc2U=", "tls.key": "bm9uc2Vuc2U=" } }
      }),
      explains: nothing
    },
    { name: "the state deleted", run: client.delete(state), explains: nothing }
  ]
}

/** Waits until everything is as it was: every pod ready, somebody leading, every webhook trusted and served. */
export const recovered = (lab: Lab) =>
  Effect.gen(function* () {
    const pods = yield* Effect.all([
      lab.client.list({ apiVersion: "v1", kind: "Pod", namespace: Hooks.namespace }),
      lab.client.list({ apiVersion: "v1", kind: "Pod", namespace: Rotations.operatorNamespace })
    ])
    const ready = pods.flatMap(({ items }) => items).filter(isReady).length
    const leader = yield* lab.leader
    const certificates = yield* Effect.forEach(lab.keys, (key) => lab.condition(key, "Ready"))
    const configurations = yield* Effect.forEach(lab.hooks, (name) =>
      lab.client.get({
        apiVersion: "admissionregistration.k8s.io/v1",
        ...Hooks.configurationOf(lab.hooks, name)
      })
    )
    return (
      ready === 6 &&
      leader !== undefined &&
      configurations.every(isTrusted) &&
      certificates.every((each) => each?.status === "True")
    )
  }).pipe(
    Effect.orElseSucceed(() => false),
    Effect.delay("500 millis"),
    Effect.repeat({ until: (is) => is }),
    Effect.timeout("3 minutes")
  )

/** What a condition says may be what was so before the operator has looked. */
const isTrusted = (configuration: KubernetesObject): boolean => {
  const { webhooks } = configuration as KubernetesObject & {
    readonly webhooks: ReadonlyArray<{ readonly clientConfig: { readonly caBundle?: string } }>
  }
  return webhooks.every(({ clientConfig }) => clientConfig.caBundle !== undefined)
}

const isReady = (pod: KubernetesObject): boolean => {
  const { conditions = [] } = (pod.status ?? {}) as {
    readonly conditions?: ReadonlyArray<{ type: string; status: string }>
  }
  return (
    pod.metadata["deletionTimestamp"] === undefined &&
    conditions.some(({ type, status }) => type === "Ready" && status === "True")
  )
}
