/**
 * What a bootstrap is to do, decided before it begins.
 *
 * @since 0.1.0
 */
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import type { RetryPolicy } from "@holdfast/retry-core/RetryPolicy"

/**
 * What a bootstrap is to do.
 *
 * @category models
 * @since 0.1.0
 */
export interface Settings {
  /** The manifests' objects. */
  readonly objects: ReadonlyArray<KubernetesObject>
  /** Where they come from, for the report. */
  readonly source: string
  /** The default package repository; `undefined` to leave it out. */
  readonly repository: KubernetesObject | undefined
  /** Whether it was asked for; otherwise it is left out where its kind is not known. */
  readonly repositoryIsRequired: boolean
  readonly policy: RetryPolicy
  readonly rotate: boolean
  readonly force: boolean
  readonly wait: boolean
  /** How long to wait for Jobs and workloads, in milliseconds. */
  readonly timeout: number
  readonly wake: boolean
  readonly nudge: boolean
  readonly fieldManager: string | undefined
  readonly forceConflicts: boolean
}
