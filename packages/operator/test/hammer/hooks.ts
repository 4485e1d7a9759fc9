/** The objects of webhooks that are not the operator's: one Deployment, and a Service and a configuration for each. */
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"

export const namespace = "hammer"
export const image = "hook"

const object = (apiVersion: string, kind: string, name: string, fields: object = {}): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(kind === "Namespace" || kind.endsWith("WebhookConfiguration") ? {} : { namespace }) },
  ...fields
})

export const secretOf = (name: string) => ({ namespace, name: `${name}-tls` })
const portOf = (index: number) => 8443 + index

/** Every third configuration is a mutating one. */
export const configurationOf = (names: ReadonlyArray<string>, name: string) => ({
  kind:
    names.indexOf(name) % 3 === 2
      ? ("MutatingWebhookConfiguration" as const)
      : ("ValidatingWebhookConfiguration" as const),
  name
})

/** How much later than the API the pods see a webhook's Secret, in milliseconds; at once unless given. */
export type Lags = Readonly<Record<string, number>>

/** What the webhooks need to run: three pods that serve all of them. */
export const workload = (names: ReadonlyArray<string>, lags: Lags = {}): ReadonlyArray<KubernetesObject> => [
  object("v1", "Namespace", namespace),
  ...(names.length === 0 ? [] : pods(names, lags))
]

const pods = (names: ReadonlyArray<string>, lags: Lags): ReadonlyArray<KubernetesObject> => [
  object("v1", "ServiceAccount", "hook"),
  object("rbac.authorization.k8s.io/v1", "Role", "hook", {
    rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch"] }]
  }),
  object("rbac.authorization.k8s.io/v1", "RoleBinding", "hook", {
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "hook" },
    subjects: [{ kind: "ServiceAccount", name: "hook", namespace }]
  }),
  object("apps/v1", "Deployment", "hook", {
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: "hook" } },
      template: {
        metadata: { labels: { app: "hook" } },
        spec: {
          serviceAccountName: "hook",
          containers: [
            {
              name: "hook",
              image,
              env: [
                { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
                {
                  name: "HOOKS",
                  value: names
                    .map((name, index) => `${secretOf(name).name}:${portOf(index)}:${lags[name] ?? 0}`)
                    .join(",")
                }
              ],
              readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 }
            }
          ]
        }
      }
    }
  }),
  ...names.map((name, index) =>
    object("v1", "Service", name, {
      spec: { selector: { app: "hook" }, ports: [{ port: 443, targetPort: portOf(index) }] }
    })
  )
]

/** One entry each, called for every create and update of a ConfigMap in the namespace; without a caBundle. */
export const configurations = (names: ReadonlyArray<string>): ReadonlyArray<KubernetesObject> =>
  names.map((name) =>
    object("admissionregistration.k8s.io/v1", configurationOf(names, name).kind, name, {
      webhooks: [
        {
          name: `${name}.hammer.example.com`,
          admissionReviewVersions: ["v1"],
          sideEffects: "None",
          failurePolicy: "Fail",
          clientConfig: { service: { namespace, name, port: 443 } },
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
          rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["configmaps"] }]
        }
      ]
    })
  )
