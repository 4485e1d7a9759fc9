/** The hammer's lab with the operator in it: its manifest as it is, three replicas as processes. */
import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import type { Container, Image } from "@holdfast/testkit/ContainerRuntime"
import { type Duration, Effect, Schedule } from "effect"
import { parseAllDocuments } from "yaml"
import * as Hooks from "./hooks.ts"
import * as Lab from "./Lab.ts"
import * as Rotations from "./Rotations.ts"

const manifestFile = new URL("../../deploy/holdfast.yaml", import.meta.url)
export const bundle = new URL("../../dist/operator.mjs", import.meta.url)

const replicas = 3
/** The operator's own certificate. */
export const own = `${Rotations.operatorNamespace}/holdfast-webhook`

/** How a webhook's certificate is to be rotated; hours and days are no matter here. */
interface Times {
  readonly leaf?: { readonly validity: string; readonly renewBefore: string }
}

const webhookCertificate = (names: ReadonlyArray<string>, name: string, { leaf }: Times): KubernetesObject => ({
  apiVersion: "certificates.holdfast.dev/v1alpha1",
  kind: "WebhookCertificate",
  metadata: { name, namespace: Hooks.namespace },
  spec: {
    secretName: Hooks.secretOf(name).name,
    service: { name },
    targets: [Hooks.configurationOf(names, name)],
    minPublish: "0s",
    rollback: "0s",
    ...(leaf !== undefined && { leaf })
  }
})

/** The WebhookCertificate of a key. */
const referenceTo = (key: string) => {
  const [namespace = "", name = ""] = key.split("/")
  return { apiVersion: "certificates.holdfast.dev/v1alpha1", kind: "WebhookCertificate", namespace, name }
}

/** What the chart makes for a namespace that is named in its values. */
const rights: ReadonlyArray<KubernetesObject> = [
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "holdfast-operator", namespace: Hooks.namespace },
    rules: [
      { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch", "create", "update", "patch"] },
      { apiGroups: [""], resources: ["pods"], verbs: ["patch"] }
    ]
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "holdfast-operator", namespace: Hooks.namespace },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "holdfast-operator" },
    subjects: [{ kind: "ServiceAccount", name: "holdfast-operator", namespace: Rotations.operatorNamespace }]
  }
]

/** The manifest's objects, with as many replicas as the lab wants. */
const manifest = Effect.map(
  Effect.promise(() => readFile(manifestFile, "utf8")),
  (text) =>
    parseAllDocuments(text)
      .map((document) => document.toJS() as KubernetesObject | null)
      .filter((object) => object !== null)
      .map((object) =>
        object.kind === "Deployment" ? { ...object, spec: { ...(object["spec"] as object), replicas } } : object
      )
)

const imageOf = (objects: ReadonlyArray<KubernetesObject>): string => {
  const deployment = objects.find(({ kind }) => kind === "Deployment") as
    | { readonly spec: { readonly template: { readonly spec: { readonly containers: [{ readonly image: string }] } } } }
    | undefined
  return deployment?.spec.template.spec.containers[0].image ?? ""
}

/**
 * Waits until each webhook's certificate is Ready.
 *
 * `leaves` are webhooks whose leaves are renewed all the time.
 */
export const make = Effect.fnUntraced(function* (options: {
  readonly hooks: ReadonlyArray<string>
  readonly leaves?: { readonly hooks: ReadonlyArray<string> } & Required<Times>
  readonly lags?: Hooks.Lags
  readonly clockSkew?: () => Duration.Input
  /** Arguments for the Node of each replica. */
  readonly nodeArguments?: ReadonlyArray<string>
  readonly logDirectory?: string | undefined
  /** Programs of more pods. */
  readonly images?: Readonly<Record<string, Image>>
}) {
  const { leaves, nodeArguments = [] } = options
  const hooks = [...options.hooks, ...(leaves?.hooks ?? [])]
  const objects = yield* manifest
  const operator = { module: fileURLToPath(bundle), nodeArguments, clockSkew: () => options.clockSkew?.() ?? 0 }
  const images = { [imageOf(objects)]: operator, ...options.images }
  const lab = yield* Lab.make({ hooks, lags: options.lags, images, logDirectory: options.logDirectory })
  const { client, runtime } = lab

  // Definitions take a moment until their kinds are served.
  const applyOne = (object: KubernetesObject) =>
    Effect.retry(client.apply(object, { fieldManager: "test", force: true }), {
      schedule: Schedule.spaced("200 millis"),
      times: 50
    })
  const isDefinition = ({ kind }: KubernetesObject) => kind === "CustomResourceDefinition" || kind === "Namespace"
  yield* Effect.forEach([...objects.filter(isDefinition), ...objects.filter((each) => !isDefinition(each))], (object) =>
    applyOne(object)
  )
  yield* Effect.forEach([...rights, ...Hooks.configurations(hooks)], (object) => applyOne(object))
  yield* Effect.forEach(options.hooks, (name) => applyOne(webhookCertificate(hooks, name, {})))
  yield* Effect.forEach(leaves?.hooks ?? [], (name) => applyOne(webhookCertificate(hooks, name, leaves ?? {})))

  const change = (key: string, body: object) => client.patch(referenceTo(key), { type: "merge", body })
  // The hour in which the manifest's own certificate can be rolled back is nothing to wait for here.
  yield* change(own, { spec: { minPublish: "0s", rollback: "0s" } })
  const rotations = yield* Rotations.follow(client)

  const certificate = (key: string) => client.get(referenceTo(key))
  const condition = (key: string, type: string) =>
    Effect.map(certificate(key), ({ status }) => {
      const { conditions = [] } = (status ?? {}) as { readonly conditions?: ReadonlyArray<Condition> }
      return conditions.find((each) => each.type === type)
    })
  const keyOf = (name: string) => `${Hooks.namespace}/${name}`
  const keys = [...hooks.map(keyOf), own]

  const settled = (key: string) => rotations.state(key)?.phase === "STABLE"
  const until = (holds: () => boolean, timeout: Duration.Input) =>
    Effect.timeout(Effect.repeat(Effect.sleep("50 millis"), { until: holds }), timeout)
  const ready = (key: string) =>
    Effect.repeat(Effect.delay(condition(key, "Ready"), "200 millis"), { until: (is) => is?.status === "True" })

  yield* Effect.timeout(Effect.forEach(keys, ready), "4 minutes")
  yield* until(() => keys.every(settled), "4 minutes")

  let requests = 0
  /** Asks for a new authority and waits until the rotation is over. */
  const rotate = (key: string, timeout: Duration.Input = "6 minutes") =>
    Effect.gen(function* () {
      const before = rotations.state(key)?.current?.id
      requests += 1
      const annotations = { "certificates.holdfast.dev/rotate": `request ${requests}` }
      yield* change(key, { metadata: { annotations } })
      yield* until(() => settled(key) && rotations.state(key)?.current?.id !== before, timeout)
    })

  const lease = client.get({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    namespace: Rotations.operatorNamespace,
    name: "holdfast-operator"
  })
  /** The process of the replica that holds the Lease, if it runs. */
  const leader: Effect.Effect<Container | undefined> = Effect.gen(function* () {
    const { holderIdentity = "" } = (yield* lease)["spec"] as { readonly holderIdentity?: string }
    return (yield* runtime.containers).find(({ pod }) => holderIdentity.startsWith(pod))
  }).pipe(Effect.orElseSucceed(() => undefined))
  const operators = Effect.map(runtime.containers, (all) =>
    all.filter(({ namespace }) => namespace === Rotations.operatorNamespace)
  )

  return {
    ...lab,
    hooks,
    keys,
    keyOf,
    rotations,
    certificate,
    condition,
    ready,
    settled,
    until,
    rotate,
    leader,
    operators
  }
})

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
}
