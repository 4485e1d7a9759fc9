/** Deployments: their pods, by template, and their status. */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import { arrayAt, type JsonObject, numberAt, objectAt, stringAt } from "../Json.ts"
import { isDeleted, keyOf, nameOf, namespaceOf, owner, uidOf, type World } from "./World.ts"

const hashOf = (deployment: JsonObject): string =>
  createHash("sha256")
    .update(JSON.stringify(objectAt(deployment, "spec")["template"] ?? {}))
    .digest("hex")
    .slice(0, 10)

export const isReady = (pod: JsonObject): boolean => !isDeleted(pod) && hasReadyCondition(pod)

/** A pod that ends may be able to serve until it has. */
export const hasReadyCondition = (pod: JsonObject): boolean =>
  arrayAt(pod, "status", "conditions").some(
    (each) => stringAt(each, "type") === "Ready" && stringAt(each, "status") === "True"
  )

export class Deployments {
  private readonly world: World
  constructor(world: World) {
    this.world = world
  }

  podChanged(pod: JsonObject): void {
    for (const reference of arrayAt(pod, "metadata", "ownerReferences")) {
      if (stringAt(reference, "kind") !== "Deployment") continue
      const deployment = this.world.get("deployments", namespaceOf(pod), stringAt(reference, "name") ?? "")
      if (deployment !== undefined) this.reconcile(deployment)
    }
  }

  reconcile(changed: JsonObject): void {
    const id = keyOf(changed)
    this.world.act(
      `deployment ${id}`,
      Effect.suspend(() => {
        const deployment = this.world.get("deployments", namespaceOf(changed), nameOf(changed))
        return deployment === undefined || isDeleted(deployment) ? Effect.void : this.step(deployment)
      })
    )
  }

  private step(deployment: JsonObject): Effect.Effect<unknown, unknown> {
    const { world } = this
    const wanted = numberAt(deployment, "spec", "replicas") ?? 1
    const hash = hashOf(deployment)
    const pods = world.ownedBy("pods", uidOf(deployment)).filter((pod) => !isDeleted(pod))
    const current = pods.filter((pod) => objectAt(pod, "metadata", "labels")["pod-template-hash"] === hash)
    const old = pods.filter((pod) => !current.includes(pod))
    const ready = current.filter(isReady)
    const create = Array.from({ length: Math.max(0, wanted - current.length) }, (_, index) =>
      world.client.create(
        world.path("pods", namespaceOf(deployment)),
        this.pod(deployment, hash, current.length + index)
      )
    )
    // Old pods go when new ones can take over, surplus ones at once.
    const surplus = [...current.slice(wanted), ...(ready.length >= wanted ? old : [])]
    const remove = surplus.map((pod) => world.client.remove(world.path("pods", namespaceOf(pod), nameOf(pod))))
    return Effect.all([...create, ...remove], { discard: true }).pipe(
      Effect.ignore,
      Effect.andThen(this.writeStatus(deployment, wanted, current.length, ready.length, pods.filter(isReady).length))
    )
  }

  private pod(deployment: JsonObject, hash: string, index: number): JsonObject {
    const template = objectAt(deployment, "spec", "template")
    const metadata = objectAt(template, "metadata")
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        ...metadata,
        name: `${nameOf(deployment)}-${hash}-${index}`,
        namespace: namespaceOf(deployment),
        labels: { ...objectAt(metadata, "labels"), "pod-template-hash": hash },
        ownerReferences: [owner(deployment, "apps/v1", "Deployment")]
      },
      // A token volume would need a controller that issues it.
      spec: { ...objectAt(template, "spec"), automountServiceAccountToken: false }
    }
  }

  private writeStatus(
    deployment: JsonObject,
    wanted: number,
    updated: number,
    ready: number,
    allReady: number
  ): Effect.Effect<unknown, unknown> {
    const before = objectAt(deployment, "status")
    const available = allReady >= wanted
    const now = this.world.now()
    const condition = (type: string, status: string, reason: string, message: string) => {
      const known = arrayAt(before, "conditions").find((each) => stringAt(each, "type") === type)
      const at = stringAt(known, "status") === status ? (stringAt(known, "lastTransitionTime") ?? now) : now
      return { type, status, reason, message, lastTransitionTime: at, lastUpdateTime: at }
    }
    const status = {
      observedGeneration: numberAt(deployment, "metadata", "generation") ?? 1,
      replicas: updated,
      updatedReplicas: updated,
      readyReplicas: ready,
      availableReplicas: ready,
      unavailableReplicas: Math.max(0, wanted - ready),
      conditions: [
        available
          ? condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
          : condition(
              "Available",
              "False",
              "MinimumReplicasUnavailable",
              "Deployment does not have minimum availability."
            ),
        ready >= wanted
          ? condition("Progressing", "True", "NewReplicaSetAvailable", "Deployment has successfully progressed.")
          : condition("Progressing", "True", "ReplicaSetUpdated", "Deployment is progressing.")
      ]
    }
    const same = Object.entries(status).every(
      ([key, value]) => JSON.stringify(before[key] ?? 0) === JSON.stringify(value)
    )
    return same ? Effect.void : this.world.setStatus("deployments", deployment, status)
  }
}
