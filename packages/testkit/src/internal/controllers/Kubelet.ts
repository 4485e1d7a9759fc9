/** Starts pods when what they mount exists, and tells when they are ready. */
import * as Effect from "effect/Effect"
import { arrayAt, isObject, type JsonObject, objectAt, stringAt } from "../Json.ts"
import type { ProcessPods } from "./ProcessPods.ts"
import { type PodCondition, podStatus } from "./podStatus.ts"
import { isDeleted, keyOf, namespaceOf, uidOf, type World } from "./World.ts"

export interface KubeletOptions {
  readonly start: number
  readonly ready: number
  readonly broken: (pod: {
    readonly namespace: string
    readonly labels: Readonly<Record<string, unknown>>
  }) => string | undefined
}

/** Pods of Jobs run a program, and are ended by whoever runs it. */
const ofJob = (pod: JsonObject): boolean => objectAt(pod, "metadata", "labels")["job-name"] !== undefined

export class Kubelet {
  private readonly world: World
  private readonly options: KubeletOptions
  private readonly processes: ProcessPods | undefined
  private readonly started = new Set<string>()
  private readonly complained = new Set<string>()
  private addresses = 1

  constructor(world: World, options: KubeletOptions, processes: ProcessPods | undefined) {
    this.world = world
    this.options = options
    this.processes = processes
  }

  /** Looks again at the pods that wait for something to mount. */
  retry(): void {
    for (const pod of this.world.all("pods")) if (!this.started.has(uidOf(pod))) this.reconcile(pod)
  }

  reconcile(pod: JsonObject): void {
    const uid = uidOf(pod)
    if (isDeleted(pod)) this.processes?.end(pod)
    const phase = stringAt(pod, "status", "phase") ?? "Pending"
    if (
      this.started.has(uid) ||
      isDeleted(pod) ||
      phase !== "Pending" ||
      arrayAt(pod, "metadata", "ownerReferences").length === 0
    )
      return
    const missing = this.missing(pod)
    if (missing !== undefined) {
      if (this.complained.has(uid)) return
      this.complained.add(uid)
      this.world.act(
        `mount ${keyOf(pod)}`,
        Effect.andThen(
          this.world.setStatus("pods", pod, this.status(pod, { ready: false, waiting: "ContainerCreating" })),
          this.world.event(
            pod,
            "Warning",
            "FailedMount",
            `MountVolume.SetUp failed for volume "${missing.volume}" : ${missing.what} not found`
          )
        )
      )
      return
    }
    this.started.add(uid)
    this.world.after(this.options.start, () => this.start(pod))
  }

  private start(pod: JsonObject): void {
    const { world, options } = this
    const set = (status: JsonObject) => world.act(`status ${keyOf(pod)}`, world.setStatus("pods", pod, status))
    const reason = options.broken({ namespace: namespaceOf(pod), labels: objectAt(pod, "metadata", "labels") })
    if (reason !== undefined) set(this.status(pod, { ready: false, waiting: reason }))
    else if (this.processes?.handles(pod) === true) world.run(this.processes.run(pod))
    else this.simulate(pod, set)
  }

  private simulate(pod: JsonObject, set: (status: JsonObject) => void): void {
    const address = `10.244.0.${this.addresses}`
    this.addresses = (this.addresses % 250) + 1
    const isReady = this.options.ready === 0 || ofJob(pod)
    set(this.status(pod, { ready: isReady, address }))
    if (!isReady) this.world.after(this.options.ready, () => set(this.status(pod, { ready: true, address })))
  }

  private status(pod: JsonObject, condition: PodCondition): JsonObject {
    return podStatus(pod, this.world.now(), condition)
  }

  private missing(pod: JsonObject): { readonly volume: string; readonly what: string } | undefined {
    const namespace = namespaceOf(pod)
    for (const volume of arrayAt(pod, "spec", "volumes")) {
      if (!isObject(volume)) continue
      const secret = objectAt(volume, "secret")
      const map = objectAt(volume, "configMap")
      const secretName = stringAt(secret, "secretName")
      const mapName = stringAt(map, "name")
      const name = stringAt(volume, "name") ?? ""
      if (
        secretName !== undefined &&
        secret["optional"] !== true &&
        this.world.get("secrets", namespace, secretName) === undefined
      ) {
        return { volume: name, what: `secret "${secretName}"` }
      }
      if (
        mapName !== undefined &&
        map["optional"] !== true &&
        this.world.get("configmaps", namespace, mapName) === undefined
      ) {
        return { volume: name, what: `configmap "${mapName}"` }
      }
    }
    return undefined
  }
}
