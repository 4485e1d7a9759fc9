/**
 * Where the kinds that every supported API server serves are found. They are part of the API's promise (a GA version is
 * not taken away), so that nobody has to be asked: an apply of one object saves one request of three.
 *
 * @see https://kubernetes.io/docs/reference/using-api/deprecation-policy/ for the promise
 */

/** What a path is made from. */
export interface Served {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly namespaced: boolean
}

/** Kinds by apiVersion, namespaced ones first; the plural is the kind in small letters with an "s" unless given. */
const kinds: Readonly<Record<string, readonly [namespaced: string, clusterWide: string]>> = {
  v1: [
    "ConfigMap Endpoints:endpoints Event LimitRange PersistentVolumeClaim Pod ReplicationController ResourceQuota Secret Service ServiceAccount",
    "Namespace Node PersistentVolume"
  ],
  "apps/v1": ["DaemonSet Deployment ReplicaSet StatefulSet", ""],
  "batch/v1": ["CronJob Job", ""],
  "rbac.authorization.k8s.io/v1": ["Role RoleBinding", "ClusterRole ClusterRoleBinding"],
  "networking.k8s.io/v1": ["Ingress:ingresses NetworkPolicy:networkpolicies", ""],
  "policy/v1": ["PodDisruptionBudget", ""],
  "coordination.k8s.io/v1": ["Lease", ""],
  "admissionregistration.k8s.io/v1": ["", "MutatingWebhookConfiguration ValidatingWebhookConfiguration"],
  "apiextensions.k8s.io/v1": ["", "CustomResourceDefinition"],
  "apiregistration.k8s.io/v1": ["", "APIService"]
}

const served = ([apiVersion, scopes]: readonly [string, readonly [string, string]]) =>
  scopes.flatMap((names, index) =>
    names.split(" ").flatMap((name): ReadonlyArray<readonly [string, Served]> => {
      const [kind = "", plural = `${kind.toLowerCase()}s`] = name.split(":")
      const slash = apiVersion.indexOf("/")
      const group = apiVersion.slice(0, Math.max(0, slash))
      const version = apiVersion.slice(slash + 1)
      return kind === "" ? [] : [[`${apiVersion}/${kind}`, { group, version, plural, namespaced: index === 0 }]]
    })
  )

/** All of them, by `apiVersion/kind`. */
export const all: ReadonlyMap<string, Served> = new Map(Object.entries(kinds).flatMap(served))
