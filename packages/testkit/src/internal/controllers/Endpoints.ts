/** EndpointSlices of Services that select pods. */
import * as Effect from "effect/Effect"
import { arrayAt, type Json, type JsonObject, numberAt, objectAt, stringAt } from "../Json.ts"
import { labelSelector } from "../store/Selectors.ts"
import { hasReadyCondition, isReady } from "./Deployments.ts"
import { isDeleted, keyOf, nameOf, namespaceOf, owner, type World } from "./World.ts"

export class Endpoints {
  private readonly world: World
  private readonly written = new Map<string, string>()
  constructor(world: World) {
    this.world = world
  }

  podChanged(pod: JsonObject): void {
    const labels = objectAt(pod, "metadata", "labels")
    for (const service of this.world.all("services")) {
      if (namespaceOf(service) === namespaceOf(pod) && this.selects(service, labels)) this.reconcile(service)
    }
  }

  private selects(service: JsonObject, labels: JsonObject): boolean {
    const selector = objectAt(service, "spec", "selector")
    return Object.keys(selector).length > 0 && labelSelector({ matchLabels: selector })(labels)
  }

  reconcile(changed: JsonObject): void {
    const id = keyOf(changed)
    this.world.act(
      `endpoints ${id}`,
      Effect.suspend(() => {
        const service = this.world.get("services", namespaceOf(changed), nameOf(changed))
        const selector = objectAt(changed, "spec", "selector")
        if (service === undefined || isDeleted(service) || Object.keys(selector).length === 0) return Effect.void
        const slice = this.slice(service)
        const text = JSON.stringify(slice)
        if (this.written.get(id) === text) return Effect.void
        const path = this.world.path("endpointslices", namespaceOf(service), nameOf(service))
        return Effect.tap(this.world.client.apply(path, slice, "endpointslice-controller"), () =>
          Effect.sync(() => this.written.set(id, text))
        )
      })
    )
  }

  private slice(service: JsonObject): JsonObject {
    const pods = this.world
      .all("pods")
      .filter(
        (pod) => namespaceOf(pod) === namespaceOf(service) && this.selects(service, objectAt(pod, "metadata", "labels"))
      )
      .filter((pod) => stringAt(pod, "status", "podIP") !== undefined && stringAt(pod, "status", "phase") === "Running")
    const publishesAll = objectAt(service, "spec")["publishNotReadyAddresses"] === true
    return {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        name: nameOf(service),
        namespace: namespaceOf(service),
        labels: {
          "kubernetes.io/service-name": nameOf(service),
          "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io"
        },
        ownerReferences: [owner(service, "v1", "Service")]
      },
      addressType: "IPv4",
      ports: arrayAt(service, "spec", "ports").map((port) => ({
        name: stringAt(port, "name") ?? "",
        port: portNumber(port, pods),
        protocol: stringAt(port, "protocol") ?? "TCP"
      })),
      endpoints: pods.map((pod) => ({
        addresses: [stringAt(pod, "status", "podIP") ?? ""],
        conditions: {
          ready: publishesAll || isReady(pod),
          serving: publishesAll || hasReadyCondition(pod),
          terminating: isDeleted(pod)
        },
        targetRef: {
          kind: "Pod",
          namespace: namespaceOf(pod),
          name: nameOf(pod),
          uid: stringAt(pod, "metadata", "uid") ?? ""
        }
      }))
    }
  }
}

/** A target port is a number, or the name that the pods' containers give to one; the Service's own where it is left out. */
const portNumber = (port: Json, pods: ReadonlyArray<JsonObject>): number => {
  const name = stringAt(port, "targetPort")
  const named = pods
    .flatMap((pod) => arrayAt(pod, "spec", "containers"))
    .flatMap((container) => arrayAt(container, "ports"))
    .find((each) => name !== undefined && stringAt(each, "name") === name)
  return numberAt(named, "containerPort") ?? numberAt(port, "targetPort") ?? numberAt(port, "port") ?? 0
}
