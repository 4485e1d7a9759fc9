/**
 * The order in which objects can be applied: what others need goes first, what can stop others goes late.
 *
 * @since 0.1.0
 */
import type { KubernetesObject } from "./KubernetesObject.ts"
import { groupVersion } from "./KubernetesObject.ts"

/**
 * The waves, in their order.
 *
 * - `namespaces`: everything else may live in one
 * - `definitions`: CustomResourceDefinitions, and the classes that objects name (priority, storage, runtime, ingress)
 * - `accounts`: service accounts, roles, bindings
 * - `config`: secrets, config maps, services, quotas, volumes, policies of pods
 * - `workloads`: whatever makes pods, and what scales or exposes it
 * - `webhooks`: admission webhooks and policies, aggregated APIs: from here on requests may be refused
 * - `custom-resources`: all kinds that a CustomResourceDefinition defines
 *
 * @category models
 * @since 0.1.0
 */
export const waveNames = [
  "namespaces",
  "definitions",
  "accounts",
  "config",
  "workloads",
  "webhooks",
  "custom-resources"
] as const

/**
 * The name of a wave.
 *
 * @category models
 * @since 0.1.0
 */
export type WaveName = (typeof waveNames)[number]

/**
 * Objects that can be applied at the same time.
 *
 * @category models
 * @since 0.1.0
 */
export interface Wave {
  readonly name: WaveName
  readonly members: ReadonlyArray<WaveMember>
}

/**
 * An object of a wave, and its place in the input.
 *
 * @category models
 * @since 0.1.0
 */
export interface WaveMember {
  /** Counted from 0. */
  readonly index: number
  readonly object: KubernetesObject
}

const kinds: ReadonlyMap<string, WaveName> = new Map<string, WaveName>(
  (
    [
      ["namespaces", "", ["Namespace"]],
      ["definitions", "apiextensions.k8s.io", ["CustomResourceDefinition"]],
      ["definitions", "scheduling.k8s.io", ["PriorityClass"]],
      ["definitions", "storage.k8s.io", ["StorageClass", "CSIDriver"]],
      ["definitions", "node.k8s.io", ["RuntimeClass"]],
      ["definitions", "networking.k8s.io", ["IngressClass"]],
      ["accounts", "", ["ServiceAccount"]],
      ["accounts", "rbac.authorization.k8s.io", ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"]],
      ["workloads", "", ["Pod", "ReplicationController"]],
      ["workloads", "apps", ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"]],
      ["workloads", "batch", ["Job", "CronJob"]],
      ["workloads", "autoscaling", ["HorizontalPodAutoscaler"]],
      ["workloads", "networking.k8s.io", ["Ingress"]],
      ["webhooks", "apiregistration.k8s.io", ["APIService"]],
      [
        "webhooks",
        "admissionregistration.k8s.io",
        [
          "ValidatingWebhookConfiguration",
          "MutatingWebhookConfiguration",
          "ValidatingAdmissionPolicy",
          "ValidatingAdmissionPolicyBinding",
          "MutatingAdmissionPolicy",
          "MutatingAdmissionPolicyBinding"
        ]
      ]
    ] as const
  ).flatMap(([wave, group, names]) => names.map((kind) => [`${group}/${kind}`, wave] as const))
)

/** The groups that a kube-apiserver serves itself; `*.k8s.io` alone does not tell (gateway.networking.k8s.io). */
const builtIn: ReadonlySet<string> = new Set([
  "",
  "apps",
  "batch",
  "autoscaling",
  "policy",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "internal.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
  "storagemigration.k8s.io"
])

/**
 * The wave that a kind belongs to.
 *
 * **Example**
 *
 * ```ts import.meta.vitest
 * import * as ApplyWaves from "@holdfast/k8s-adapter/ApplyWaves"
 *
 * ApplyWaves.waveOf({ apiVersion: "v1", kind: "Secret" }) // => "config"
 * ApplyWaves.waveOf({ apiVersion: "batch/v1", kind: "Job" }) // => "workloads"
 * ApplyWaves.waveOf({ apiVersion: "packages.glasskube.dev/v1alpha1", kind: "PackageRepository" }) // => "custom-resources"
 * ```
 *
 * @category getters
 * @since 0.1.0
 */
export const waveOf = (type: { readonly apiVersion: string; readonly kind: string }): WaveName => {
  const { group } = groupVersion(type.apiVersion)
  return kinds.get(`${group}/${type.kind}`) ?? (builtIn.has(group) ? "config" : "custom-resources")
}

/**
 * Sorts objects into waves; empty waves are left out, and inside a wave the order of the input is kept.
 *
 * **When to use**
 *
 * Apply wave by wave, each in parallel; wait for the definitions to be established before going on. To delete, go the
 * other way round.
 *
 * @category constructors
 * @since 0.1.0
 */
export const plan = (objects: ReadonlyArray<KubernetesObject>): ReadonlyArray<Wave> => {
  const members = new Map<WaveName, Array<WaveMember>>(waveNames.map((name) => [name, []]))
  for (const [index, object] of objects.entries()) members.get(waveOf(object))?.push({ index, object })
  return waveNames.map((name) => ({ name, members: members.get(name) ?? [] })).filter((wave) => wave.members.length > 0)
}
