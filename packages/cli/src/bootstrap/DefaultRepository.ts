/**
 * The package repository that a bootstrap ends with.
 *
 * @since 0.1.0
 */
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"

/**
 * The address of the public package repository.
 *
 * @category constants
 * @since 0.1.0
 */
export const defaultUrl = "https://packages.dl.glasskube.dev/packages/"

/**
 * The default package repository at an address.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (url: string): KubernetesObject => ({
  apiVersion: "packages.glasskube.dev/v1alpha1",
  kind: "PackageRepository",
  metadata: { name: "glasskube", annotations: { "packages.glasskube.dev/default-repository": "true" } },
  spec: { url }
})
