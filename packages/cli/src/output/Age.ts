/**
 * How old an object is, as kubectl's tables tell it.
 *
 * @since 0.1.0
 */
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Moments from "./Moments.ts"

/**
 * The age of an object at `now`, in milliseconds since the epoch; empty where the server has not told its creation.
 *
 * @category formatting
 * @since 0.1.0
 */
export const ageOf = ({ metadata }: KubernetesObject, now: number): string => {
  const created = Date.parse(metadata.creationTimestamp ?? "")
  // By another clock than ours it may be younger than nothing.
  return Number.isNaN(created) ? "" : Moments.distance(Math.max(0, now - created))
}
