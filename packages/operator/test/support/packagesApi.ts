/** The kinds of Glasskube that matter here, as loose CRDs. */
import type * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import { Effect } from "effect"

const group = "packages.glasskube.dev"

const crd = (kind: string, plural: string, scope: "Cluster" | "Namespaced") => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope,
    names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
    versions: [
      {
        name: "v1alpha1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } }
      }
    ]
  }
})

export const install = (client: KubernetesClient.Shape) =>
  Effect.gen(function* () {
    yield* client.apply(crd("PackageRepository", "packagerepositories", "Cluster"))
    yield* client.apply(crd("ClusterPackage", "clusterpackages", "Cluster"))
    yield* client.apply(crd("Package", "packages", "Namespaced"))
    for (const kind of ["PackageRepository", "ClusterPackage", "Package"]) {
      yield* client.list({ apiVersion: `${group}/v1alpha1`, kind }).pipe(Effect.eventually)
    }
  })

export const repository = (name: string, url: string, rest: object = {}, isDefault = false) => ({
  apiVersion: `${group}/v1alpha1`,
  kind: "PackageRepository",
  metadata: { name, ...(isDefault && { annotations: { [`${group}/default-repository`]: "true" } }) },
  spec: { url, ...rest }
})

export const installed = (kind: "ClusterPackage" | "Package", name: string, repositoryName?: string) => ({
  apiVersion: `${group}/v1alpha1`,
  kind,
  metadata: { name, ...(kind === "Package" && { namespace: "default" }) },
  spec: { packageInfo: { name, version: "v1", ...(repositoryName !== undefined && { repositoryName }) } }
})
