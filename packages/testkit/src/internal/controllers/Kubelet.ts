/** Starts pods when what they mount exists, and tells when they are ready. */
import * as Effect from "effect/Effect"
import { arrayAt, isObject, type JsonObject, objectAt, stringAt } from "../Json.ts"
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
  private readonly started = new Set<string>()
  private readonly complained = new Set<string>()
  private addresses = 1

  constructor(world: World, options: KubeletOptions) {
    this.world = world
    this.options = options
  }

  /** Looks again at the pods that wait for something to mount. */
  retry(): void {
    for (const pod of this.world.all("pods")) if (!this.started.has(uidOf(pod))) this.reconcile(pod)
  }

  reconcile(pod: JsonObject): void {
    const uid = uidOf(pod)
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
          this.world.setStatus("pods", pod, this.status(pod, "Pending", "ContainerCreating")),
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
    if (reason !== undefined) set(this.status(pod, "Pending", reason))
    else set(this.status(pod, "Running", undefined, options.ready === 0 || ofJob(pod)))
    if (reason !== undefined || options.ready === 0 || ofJob(pod)) return
    world.after(options.ready, () => set(this.status(pod, "Running")))
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

  private conditions(ready: boolean): ReadonlyArray<JsonObject> {
    const at = this.world.now()
    const of = (type: string, is: boolean) => ({ type, status: is ? "True" : "False", lastTransitionTime: at })
    return [of("PodScheduled", true), of("Initialized", true), of("ContainersReady", ready), of("Ready", ready)]
  }

  private status(
    pod: JsonObject,
    phase: "Pending" | "Running",
    waiting?: string,
    ready = phase === "Running"
  ): JsonObject {
    const running = phase === "Running"
    const now = this.world.now()
    const containerStatuses = arrayAt(pod, "spec", "containers").map((container) => ({
      name: stringAt(container, "name") ?? "",
      image: stringAt(container, "image") ?? "",
      imageID: "",
      ready,
      restartCount: 0,
      state: running ? { running: { startedAt: now } } : { waiting: { reason: waiting ?? "ContainerCreating" } }
    }))
    const ip = `10.244.0.${this.addresses}`
    if (running) this.addresses = (this.addresses % 250) + 1
    return {
      phase,
      startTime: now,
      conditions: this.conditions(ready),
      containerStatuses,
      ...(running ? { podIP: ip, podIPs: [{ ip }] } : {})
    }
  }
}
