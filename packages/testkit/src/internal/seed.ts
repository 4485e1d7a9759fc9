/** What every cluster has when it is new. */
import type { Core } from "./Core.ts"
import { keyOf } from "./Core.ts"
import type { JsonObject } from "./Json.ts"
import type { ResourceType } from "./Resources.ts"
import { stampNew } from "./registry/Strategy.ts"

export const seed = (core: Core, extra: ReadonlyArray<string>): void => {
  const put = (apiVersion: string, plural: string, namespace: string | undefined, object: JsonObject) => {
    const resource = core.resources.at(apiVersion, plural) as ResourceType
    const stamped = stampNew(core, object, resource, namespace)
    const { name } = stamped["metadata"] as { readonly name: string }
    core.store.put(resource.storage, keyOf(namespace, name), stamped)
  }
  for (const name of ["default", "kube-node-lease", "kube-public", "kube-system", ...extra]) {
    put("v1", "namespaces", undefined, {
      metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" }
    })
    put("v1", "serviceaccounts", name, { metadata: { name: "default" } })
  }
  put("v1", "services", "default", {
    metadata: { name: "kubernetes", labels: { component: "apiserver", provider: "kubernetes" } },
    spec: {
      type: "ClusterIP",
      clusterIP: "10.96.0.1",
      clusterIPs: ["10.96.0.1"],
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      internalTrafficPolicy: "Cluster",
      sessionAffinity: "None",
      ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: 6443 }]
    },
    status: { loadBalancer: {} }
  })
  put("rbac.authorization.k8s.io/v1", "clusterroles", undefined, {
    metadata: { name: "cluster-admin", labels: { "kubernetes.io/bootstrapping": "rbac-defaults" } },
    rules: [
      { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
      { nonResourceURLs: ["*"], verbs: ["*"] }
    ]
  })
  put("rbac.authorization.k8s.io/v1", "clusterrolebindings", undefined, {
    metadata: { name: "cluster-admin", labels: { "kubernetes.io/bootstrapping": "rbac-defaults" } },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:masters" }]
  })
}
