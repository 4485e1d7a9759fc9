/**
 * When an object is ready, as rules over its JSON: pure, so that every wait can be tested without a cluster.
 *
 * @since 0.1.0
 */
import { field, list, number, text } from "./Json.ts"
import type { KubernetesObject } from "./KubernetesObject.ts"
import { groupVersion } from "./KubernetesObject.ts"

/**
 * How far an object is.
 *
 * - `Ready`: there is nothing to wait for
 * - `NotReady`: it may become ready; `reason` says what is missing, in a few words
 * - `Never`: it will not become ready by itself; `reason` is the controller's word, `message` its explanation
 *
 * @category models
 * @since 0.1.0
 */
export type Readiness =
  | { readonly _tag: "Ready" }
  | { readonly _tag: "NotReady"; readonly reason: string }
  | { readonly _tag: "Never"; readonly reason: string; readonly message: string }

/**
 * What to wait for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Rule {
  /** Completes "waiting for it to …": `be established`, `roll out`, `complete`. */
  readonly name: string
  /** Looks at the object as it is now; `undefined` when there is none. */
  readonly check: (object: KubernetesObject | undefined) => Readiness
  /** Whether pods of the object's selector carry the reason why it is not ready. */
  readonly hasPods?: boolean
}

const ready: Readiness = { _tag: "Ready" }
const notReady = (reason: string): Readiness => ({ _tag: "NotReady", reason })
const absent = notReady("it does not exist")

/**
 * A condition out of `status.conditions`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly observedGeneration: number | undefined
}

/**
 * Reads a condition of an object; `undefined` when its controller has not set it.
 *
 * **Example**
 *
 * ```ts import.meta.vitest
 * import * as Readiness from "@holdfast/k8s-adapter/Readiness"
 *
 * const status = { conditions: [{ type: "Ready", status: "False", reason: "Fetching" }] }
 * const object = { apiVersion: "example.org/v1", kind: "Thing", metadata: { name: "a" }, status }
 * Readiness.conditionOf(object, "Ready")?.reason // => "Fetching"
 * Readiness.conditionOf(object, "Stalled") // => undefined
 * ```
 *
 * @category getters
 * @since 0.1.0
 */
export const conditionOf = (object: KubernetesObject, type: string): Condition | undefined => {
  const found = list(object, "status", "conditions").find((condition) => text(condition, "type") === type)
  return found === undefined
    ? undefined
    : {
        type,
        status: text(found, "status"),
        reason: text(found, "reason"),
        message: text(found, "message"),
        observedGeneration: number(found, "observedGeneration")
      }
}

const explain = (condition: Condition): string =>
  [condition.reason, condition.message].filter((part) => part !== "").join(": ") ||
  `${condition.type} is ${condition.status}`

/** The controller has not looked at the newest spec yet, so its status is about an older one. */
const outdated = (object: KubernetesObject, observed: number | undefined): boolean =>
  object.metadata.generation !== undefined && observed !== undefined && observed < object.metadata.generation

const unseen = notReady("its controller has not seen the newest spec yet")

const rule = (
  name: string,
  check: (object: KubernetesObject) => Readiness,
  options?: { readonly hasPods: boolean }
): Rule => ({
  name,
  check: (object) => (object === undefined ? absent : check(object)),
  ...options
})

/**
 * A condition has a status, `True` unless given, for the newest spec.
 *
 * @category constructors
 * @since 0.1.0
 */
export const hasCondition = (type: string, status = "True"): Rule =>
  rule(status === "True" ? `be ${type}` : `have ${type}=${status}`, (object) => {
    const condition = conditionOf(object, type)
    if (condition === undefined) return notReady(`it has no condition ${type} yet`)
    if (outdated(object, condition.observedGeneration ?? number(object, "status", "observedGeneration"))) return unseen
    return condition.status === status ? ready : notReady(explain(condition))
  })

/**
 * A CustomResourceDefinition is served.
 *
 * @category rules
 * @since 0.1.0
 */
export const established: Rule = rule("be established", (object) => {
  const names = conditionOf(object, "NamesAccepted")
  if (names?.status === "False") {
    return {
      _tag: "Never",
      reason: names.reason || "NamesNotAccepted",
      message: names.message || "its names are taken"
    }
  }
  const condition = conditionOf(object, "Established")
  if (condition?.status === "True") return ready
  return notReady(condition === undefined ? "the API server has not looked at it yet" : explain(condition))
})

/**
 * An APIService is answered by the API behind it.
 *
 * @category rules
 * @since 0.1.0
 */
export const available: Rule = { ...hasCondition("Available"), name: "be available" }

/**
 * A Namespace takes objects.
 *
 * @category rules
 * @since 0.1.0
 */
export const active: Rule = rule("be active", (object) => {
  const phase = text(object, "status", "phase")
  return phase === "Active" ? ready : notReady(phase === "" ? "it has no phase yet" : `it is ${phase}`)
})

/**
 * An object is gone.
 *
 * @category rules
 * @since 0.1.0
 */
export const deleted: Rule = {
  name: "be deleted",
  check: (object) => {
    if (object === undefined) return ready
    const finalizers = object.metadata.finalizers ?? []
    if (object.metadata.deletionTimestamp === undefined) return notReady("nobody has asked for its deletion")
    return notReady(finalizers.length === 0 ? "it is stopping" : `it waits for its finalizers ${finalizers.join(", ")}`)
  }
}

const counted = (have: number, want: number, what: string): Readiness => notReady(`${have} of ${want} replicas ${what}`)

/**
 * All pods of a Deployment are of its newest template, and available: what `kubectl rollout status` waits for.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status
 * @category rules
 * @since 0.1.0
 */
export const deploymentRolledOut: Rule = rule(
  "roll out",
  (object) => {
    const status = (name: string) => number(object, "status", name) ?? 0
    if (status("observedGeneration") < (object.metadata.generation ?? 0)) return unseen
    const progressing = conditionOf(object, "Progressing")
    if (progressing?.reason === "ProgressDeadlineExceeded") {
      return { _tag: "Never", reason: progressing.reason, message: progressing.message }
    }
    const failure = conditionOf(object, "ReplicaFailure")
    if (failure?.status === "True") return notReady(explain(failure))
    if (field(object, "spec", "paused") === true) return notReady("it is paused")
    const wanted = number(object, "spec", "replicas") ?? 1
    if (status("updatedReplicas") < wanted)
      return counted(status("updatedReplicas"), wanted, "are of the newest template")
    if (status("replicas") > status("updatedReplicas")) {
      return notReady(`${status("replicas") - status("updatedReplicas")} old replicas are still to stop`)
    }
    return status("availableReplicas") < wanted ? counted(status("availableReplicas"), wanted, "are available") : ready
  },
  { hasPods: true }
)

/**
 * All pods of a StatefulSet are of its newest template, and ready.
 *
 * @category rules
 * @since 0.1.0
 */
export const statefulSetRolledOut: Rule = rule(
  "roll out",
  (object) => {
    const status = (name: string) => number(object, "status", name) ?? 0
    if (status("observedGeneration") < (object.metadata.generation ?? 0)) return unseen
    const wanted = number(object, "spec", "replicas") ?? 1
    if (status("readyReplicas") < wanted) return counted(status("readyReplicas"), wanted, "are ready")
    if (text(object, "spec", "updateStrategy", "type") === "OnDelete") return ready
    const partition = number(object, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0
    const updated = Math.max(0, wanted - partition)
    if (status("updatedReplicas") < updated)
      return counted(status("updatedReplicas"), updated, "are of the newest template")
    return partition === 0 && text(object, "status", "updateRevision") !== text(object, "status", "currentRevision")
      ? notReady("its newest revision is not the current one yet")
      : ready
  },
  { hasPods: true }
)

/**
 * A DaemonSet has a pod of its newest template available on every node it wants.
 *
 * @category rules
 * @since 0.1.0
 */
export const daemonSetRolledOut: Rule = rule(
  "roll out",
  (object) => {
    const status = (name: string) => number(object, "status", name) ?? 0
    if (status("observedGeneration") < (object.metadata.generation ?? 0)) return unseen
    const wanted = status("desiredNumberScheduled")
    const updates = text(object, "spec", "updateStrategy", "type") !== "OnDelete"
    if (updates && status("updatedNumberScheduled") < wanted) {
      return counted(status("updatedNumberScheduled"), wanted, "are of the newest template")
    }
    return status("numberAvailable") < wanted ? counted(status("numberAvailable"), wanted, "are available") : ready
  },
  { hasPods: true }
)

/**
 * A Job has completed; a failed one never will.
 *
 * @category rules
 * @since 0.1.0
 */
export const jobComplete: Rule = rule(
  "complete",
  (object) => {
    if (conditionOf(object, "Complete")?.status === "True") return ready
    const failed = conditionOf(object, "Failed")
    if (failed?.status === "True") return { _tag: "Never", reason: failed.reason || "Failed", message: failed.message }
    if (field(object, "spec", "suspend") === true) return notReady("it is suspended")
    const [running, tried] = [number(object, "status", "active") ?? 0, number(object, "status", "failed") ?? 0]
    const retried = tried > 0 ? `, ${tried} failed before` : ""
    return notReady(running > 0 ? `${running} pods run${retried}` : `no pod runs${retried}`)
  },
  { hasPods: true }
)

/**
 * A Pod is ready, or has done its work.
 *
 * @category rules
 * @since 0.1.0
 */
export const podReady: Rule = rule("be ready", (object) => {
  const phase = text(object, "status", "phase")
  if (phase === "Succeeded" || conditionOf(object, "Ready")?.status === "True") return ready
  if (phase === "Failed") {
    return {
      _tag: "Never",
      reason: text(object, "status", "reason") || "Failed",
      message: text(object, "status", "message")
    }
  }
  return notReady(phase === "" ? "it has no phase yet" : `it is ${phase}`)
})

const rules: ReadonlyMap<string, Rule> = new Map([
  ["apiextensions.k8s.io/CustomResourceDefinition", established],
  ["apiregistration.k8s.io/APIService", available],
  ["apps/Deployment", deploymentRolledOut],
  ["apps/StatefulSet", statefulSetRolledOut],
  ["apps/DaemonSet", daemonSetRolledOut],
  ["batch/Job", jobComplete],
  ["/Pod", podReady],
  ["/Namespace", active]
])

/**
 * The rule of a built-in kind; `undefined` for kinds that are ready as soon as they are there, and for custom ones,
 * of which only their owner knows whether they have a condition to wait for.
 *
 * @category getters
 * @since 0.1.0
 */
export const ruleOf = (type: { readonly apiVersion: string; readonly kind: string }): Rule | undefined =>
  rules.get(`${groupVersion(type.apiVersion).group}/${type.kind}`)
