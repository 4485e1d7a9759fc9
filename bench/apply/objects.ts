/**
 * Objects of the kinds that an application is made of, and of the size that they have there.
 */
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"

const labels = (name: string) => ({ "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "bench" })

const kinds: ReadonlyArray<(name: string, namespace: string) => KubernetesObject> = [
  (name, namespace) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace, labels: labels(name) },
    data: { "config.yaml": "key: value\n".repeat(50) }
  }),
  (name, namespace) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace, labels: labels(name) },
    data: { password: Buffer.from("x".repeat(32)).toString("base64") }
  }),
  (name, namespace) => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace, labels: labels(name) }
  }),
  (name, namespace) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels: labels(name) },
    spec: {
      clusterIP: "None",
      selector: labels(name),
      ports: [{ name: "http", port: 80, targetPort: 8080, protocol: "TCP" }]
    }
  }),
  (name, namespace) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels: labels(name) },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels(name) },
      template: {
        metadata: { labels: labels(name) },
        spec: {
          containers: [
            {
              name: "app",
              image: "example.com/app:1",
              ports: [{ containerPort: 8080, protocol: "TCP" }],
              env: [{ name: "MODE", value: "production" }],
              resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } }
            }
          ]
        }
      }
    }
  })
]

/** So many objects of all kinds in turn, in a namespace that is there. */
export const objects = (count: number, namespace: string): ReadonlyArray<KubernetesObject> =>
  Array.from({ length: count }, (_, index) => {
    const make = kinds[index % kinds.length] as (typeof kinds)[number]
    return make(`app-${index}`, namespace)
  })
