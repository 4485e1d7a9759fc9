/** What keeps a pod from being ready, in words; found in its status, where the kubelet and the scheduler write it. */

import { field, list, number, text } from "../Json.ts"
import type { KubernetesObject } from "../KubernetesObject.ts"

/** Reasons that are stations on the way, not obstacles. */
const onTheWay: ReadonlySet<string> = new Set(["", "ContainerCreating", "PodInitializing"])

const said = (...parts: ReadonlyArray<string>): string => parts.filter((part) => part !== "").join(": ")

const crash = (container: unknown): string => {
  const last = field(container, "lastState", "terminated") ?? field(container, "state", "terminated")
  if (last === undefined) return ""
  const code = number(last, "exitCode")
  return said(
    `exit code ${code ?? "unknown"}`,
    text(last, "reason") === "Error" ? "" : text(last, "reason"),
    text(last, "message").trim()
  )
}

const containerBlocker = (container: unknown): string | undefined => {
  const name = text(container, "name")
  const waiting = field(container, "state", "waiting")
  if (waiting !== undefined) {
    const reason = text(waiting, "reason")
    if (onTheWay.has(reason)) return undefined
    return `container ${name}: ${said(reason, reason === "CrashLoopBackOff" ? crash(container) : text(waiting, "message"))}`
  }
  const exitCode = number(container, "state", "terminated", "exitCode")
  return exitCode !== undefined && exitCode !== 0 ? `container ${name} ended: ${crash(container)}` : undefined
}

export const podBlocker = (pod: KubernetesObject): string | undefined => {
  if (pod.metadata.deletionTimestamp !== undefined) return undefined
  const because = (what: string) => `pod ${pod.metadata.name}: ${what}`
  for (const statuses of ["initContainerStatuses", "containerStatuses"]) {
    for (const container of list(pod, "status", statuses)) {
      const blocker = containerBlocker(container)
      if (blocker !== undefined) return because(blocker)
    }
  }
  const scheduled = list(pod, "status", "conditions").find((condition) => text(condition, "type") === "PodScheduled")
  if (text(scheduled, "status") === "False") return because(said(text(scheduled, "reason"), text(scheduled, "message")))
  if (text(pod, "status", "phase") === "Failed") {
    return because(said(text(pod, "status", "reason") || "Failed", text(pod, "status", "message")))
  }
  const unready = list(pod, "status", "containerStatuses").find(
    (container) => field(container, "state", "running") !== undefined && field(container, "ready") === false
  )
  return unready === undefined ? undefined : because(`container ${text(unready, "name")} runs, but is not ready`)
}

/** A label selector as the API takes it in a query; `undefined` when the object selects no pods. */
export const selectorOf = (object: KubernetesObject): string | undefined => {
  const selector = field(object, "spec", "selector")
  const labels = Object.entries((field(selector, "matchLabels") as Record<string, string> | undefined) ?? {}).map(
    ([name, value]) => `${name}=${value}`
  )
  const expressions = list(selector, "matchExpressions").flatMap((expression) => {
    const name = text(expression, "key")
    const values = list(expression, "values").join(",")
    switch (text(expression, "operator")) {
      case "In":
        return [`${name} in (${values})`]
      case "NotIn":
        return [`${name} notin (${values})`]
      case "Exists":
        return [name]
      case "DoesNotExist":
        return [`!${name}`]
      default:
        return []
    }
  })
  const all = [...labels, ...expressions]
  return all.length === 0 ? undefined : all.join(",")
}
