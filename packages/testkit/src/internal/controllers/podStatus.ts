/** The status of a pod, as a kubelet tells it. */
import { arrayAt, type JsonObject, stringAt } from "../Json.ts"

export interface PodCondition {
  readonly ready: boolean
  /** Why its containers do not run. */
  readonly waiting?: string | undefined
  /** Its address, once it has one. */
  readonly address?: string | undefined
  readonly restarts?: number
}

export const podStatus = (
  pod: JsonObject,
  now: string,
  { address, ready, restarts = 0, waiting }: PodCondition
): JsonObject => {
  const condition = (type: string, is: boolean) => ({ type, status: is ? "True" : "False", lastTransitionTime: now })
  const containerStatuses = arrayAt(pod, "spec", "containers").map((container) => ({
    name: stringAt(container, "name") ?? "",
    image: stringAt(container, "image") ?? "",
    imageID: "",
    ready,
    restartCount: restarts,
    state: waiting === undefined ? { running: { startedAt: now } } : { waiting: { reason: waiting } }
  }))
  return {
    // A container that waits to be started again is in a pod that runs.
    phase: waiting === undefined || restarts > 0 ? "Running" : "Pending",
    startTime: now,
    conditions: [
      condition("PodScheduled", true),
      condition("Initialized", true),
      condition("ContainersReady", ready),
      condition("Ready", ready)
    ],
    containerStatuses,
    ...(address === undefined ? {} : { podIP: address, podIPs: [{ ip: address }] })
  }
}
