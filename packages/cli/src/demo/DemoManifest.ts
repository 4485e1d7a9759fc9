/**
 * A small package operator as data: what a real one installs, with one webhook and one certificate Job.
 *
 * @since 0.1.0
 */
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"

/**
 * The namespace of everything in it.
 *
 * @category constants
 * @since 0.1.0
 */
export const namespace = "package-operator"

/**
 * The names that the simulated cluster has to know.
 *
 * @category constants
 * @since 0.1.0
 */
export const names = {
  job: "webhook-certificate",
  secret: "webhook-tls",
  service: "webhook",
  configuration: "package-operator",
  labels: { app: "package-operator" }
} as const

const group = "packages.glasskube.dev"
const inNamespace = (name: string) => ({ name, namespace })
const rbac = "rbac.authorization.k8s.io"

const definition: KubernetesObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `packagerepositories.${group}` },
  spec: {
    group,
    scope: "Cluster",
    names: { kind: "PackageRepository", plural: "packagerepositories", singular: "packagerepository" },
    versions: [
      {
        name: "v1alpha1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: { type: "object", required: ["url"], properties: { url: { type: "string" } } },
              status: { type: "object", "x-kubernetes-preserve-unknown-fields": true }
            }
          }
        }
      }
    ]
  }
}

const rights: ReadonlyArray<KubernetesObject> = [
  { apiVersion: "v1", kind: "ServiceAccount", metadata: inNamespace(names.job) },
  {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRole",
    metadata: { name: names.job },
    rules: [
      { apiGroups: [""], resources: ["secrets"], verbs: ["create", "patch"] },
      {
        apiGroups: ["admissionregistration.k8s.io"],
        resources: ["validatingwebhookconfigurations"],
        verbs: ["get", "patch"]
      }
    ]
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name: names.job },
    roleRef: { apiGroup: rbac, kind: "ClusterRole", name: names.job },
    subjects: [{ kind: "ServiceAccount", name: names.job, namespace }]
  }
]

const image = "registry.example/package-operator:demo"

/**
 * The objects.
 *
 * @category constants
 * @since 0.1.0
 */
export const objects: ReadonlyArray<KubernetesObject> = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
  definition,
  ...rights,
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: inNamespace(names.service),
    spec: { selector: names.labels, ports: [{ port: 443, targetPort: 9443 }] }
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: inNamespace("package-operator"),
    spec: {
      replicas: 1,
      selector: { matchLabels: names.labels },
      template: {
        metadata: { labels: names.labels },
        spec: {
          containers: [{ name: "operator", image, volumeMounts: [{ name: "certificate", mountPath: "/certificate" }] }],
          volumes: [{ name: "certificate", secret: { secretName: names.secret } }]
        }
      }
    }
  },
  {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: inNamespace(names.job),
    spec: {
      template: {
        spec: {
          serviceAccountName: names.job,
          restartPolicy: "OnFailure",
          containers: [{ name: "certificate", image, command: ["/certificate"] }]
        }
      }
    }
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: names.configuration },
    webhooks: [
      {
        name: `repositories.${group}`,
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        failurePolicy: "Fail",
        clientConfig: { service: { ...inNamespace(names.service), path: "/validate" } },
        rules: [
          {
            apiGroups: [group],
            apiVersions: ["v1alpha1"],
            operations: ["CREATE", "UPDATE", "DELETE"],
            resources: ["packagerepositories"]
          }
        ]
      }
    ]
  }
]
