/** A manifest with an object for every wave of an apply, and what is left of it on a server. */
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import { type KubernetesObject, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import { Effect } from "effect"

const namespace = "shop"

const object = (
  apiVersion: string,
  kind: string,
  name: string,
  fields: object = {},
  place: object = { namespace }
): KubernetesObject => ({ apiVersion, kind, metadata: { name, ...place }, ...fields })

const role = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "shop" }
const container = { name: "shop", image: "registry.example/shop:1" }

export const manifest: ReadonlyArray<KubernetesObject> = [
  object("example.org/v1", "Widget", "small", { spec: { size: 1 } }, {}),
  object("example.org/v1", "Widget", "large", { spec: { size: 9 } }, {}),
  object(
    "admissionregistration.k8s.io/v1",
    "ValidatingWebhookConfiguration",
    "shop",
    {
      webhooks: [
        {
          name: "shop.example.org",
          admissionReviewVersions: ["v1"],
          sideEffects: "None",
          failurePolicy: "Fail",
          clientConfig: { service: { name: "shop", namespace } },
          rules: [{ apiGroups: ["example.org"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["nothings"] }]
        }
      ]
    },
    {}
  ),
  object("apps/v1", "Deployment", "shop", {
    spec: {
      selector: { matchLabels: { app: "shop" } },
      template: { metadata: { labels: { app: "shop" } }, spec: { serviceAccountName: "shop", containers: [container] } }
    }
  }),
  object("v1", "Service", "shop", { spec: { selector: { app: "shop" }, ports: [{ port: 443 }] } }),
  object("v1", "ConfigMap", "shop", { data: { colour: "green" } }),
  object("v1", "Secret", "shop", { stringData: { word: "open" } }),
  object("v1", "ServiceAccount", "shop"),
  object("rbac.authorization.k8s.io/v1", "Role", "shop", {
    rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }]
  }),
  object("rbac.authorization.k8s.io/v1", "RoleBinding", "shop", {
    roleRef: role,
    subjects: [{ kind: "ServiceAccount", name: "shop", namespace }]
  }),
  object(
    "apiextensions.k8s.io/v1",
    "CustomResourceDefinition",
    "widgets.example.org",
    {
      spec: {
        group: "example.org",
        scope: "Cluster",
        names: { plural: "widgets", kind: "Widget" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } }
          }
        ]
      }
    },
    {}
  ),
  // The bookkeeping of a Namespace that has nothing of its own is rewritten by its second apply.
  object("v1", "Namespace", namespace, {}, { labels: { team: "shop" } })
]

/** What differs from server to server, wherever it stands. */
const volatile: ReadonlySet<string> = new Set([
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "lastTransitionTime",
  "time",
  "clusterIP",
  "clusterIPs"
])

/** All objects of the manifest as the server has them, with who owns which field, and how many there are of each kind. */
export const leftBehind = (kubeconfig: string) =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient.make({ text: kubeconfig })
    return yield* Effect.forEach(manifest, (each) =>
      Effect.gen(function* () {
        const { apiVersion, kind } = each
        const live = yield* client.get(toRef(each))
        const { items } = yield* client.list({ apiVersion, kind })
        const names = items.map(({ metadata }) => metadata.name)
        return JSON.parse(JSON.stringify({ live, names }, (key, value) => (volatile.has(key) ? undefined : value)))
      })
    )
  }).pipe(Effect.scoped)
