/** Pods that are processes: binds them, starts and probes them, starts them again when they end, and ends them. */
import { request as httpRequest } from "node:http"
import { request as httpsRequest } from "node:https"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Container, ContainerRuntime } from "../../ContainerRuntime.ts"
import { arrayAt, type Json, type JsonObject, numberAt, objectAt, stringAt } from "../Json.ts"
import { toLoopback } from "../network/loopback.ts"
import { type PodCondition, podStatus } from "./podStatus.ts"
import { nameOf, namespaceOf, uidOf, type World } from "./World.ts"

const nodeName = "node-0"
/** A kubelet waits longer each time, which would make tests of crashes take minutes. */
const restartDelay = "1 second"

export class ProcessPods {
  private readonly world: World
  private readonly runtime: ContainerRuntime
  private readonly running = new Map<string, Container>()
  private readonly ending = new Set<string>()

  constructor(world: World, runtime: ContainerRuntime) {
    this.world = world
    this.runtime = runtime
  }

  handles(pod: JsonObject): boolean {
    return this.runtime.hasImage(imageOf(pod))
  }

  /** From the pod's binding to a node until its object is gone. */
  run(pod: JsonObject): Effect.Effect<void> {
    const { runtime, world } = this
    const uid = uidOf(pod)
    const path = world.path("pods", namespaceOf(pod), nameOf(pod))
    const address = runtime.network.nextPodAddress()
    return Effect.gen({ self: this }, function* () {
      // The API server deletes a pod that is on no node at once, without waiting for its end.
      yield* Effect.ignore(
        world.client.create(`${path}/binding`, {
          apiVersion: "v1",
          kind: "Binding",
          metadata: { name: nameOf(pod), namespace: namespaceOf(pod) },
          target: { apiVersion: "v1", kind: "Node", name: nodeName }
        })
      )
      for (let restarts = 0; !this.ending.has(uid); restarts++) {
        const container = yield* runtime.start({
          namespace: namespaceOf(pod),
          name: nameOf(pod),
          image: imageOf(pod),
          address,
          serviceAccount: stringAt(pod, "spec", "serviceAccountName") ?? "default",
          environment: environmentOf(pod, address)
        })
        this.running.set(uid, container)
        // It may have been asked to end while it was being started.
        if (this.ending.has(uid)) yield* container.signal("SIGKILL")
        yield* Effect.raceFirst(container.ended, this.probe(pod, address, restarts))
        this.running.delete(uid)
        if (this.ending.has(uid)) break
        yield* this.tell(pod, { ready: false, waiting: "CrashLoopBackOff", address, restarts: restarts + 1 })
        yield* Effect.sleep(restartDelay)
      }
      yield* Effect.ignore(world.client.remove(`${path}?gracePeriodSeconds=0`))
    })
  }

  /** Asks a pod's process to end, and ends it when its time is over. */
  end(pod: JsonObject): void {
    const uid = uidOf(pod)
    const container = this.running.get(uid)
    if (this.ending.has(uid) || !this.handles(pod)) return
    this.ending.add(uid)
    if (container === undefined) return
    const seconds = numberAt(pod, "metadata", "deletionGracePeriodSeconds") ?? 30
    this.world.run(
      Effect.andThen(
        container.signal("SIGTERM"),
        Effect.raceFirst(
          Effect.asVoid(container.ended),
          Effect.delay(container.signal("SIGKILL"), `${seconds} seconds`)
        )
      )
    )
  }

  private tell(pod: JsonObject, condition: PodCondition): Effect.Effect<void> {
    const told = Effect.suspend(() => this.world.setStatus("pods", pod, podStatus(pod, this.world.now(), condition)))
    return Effect.ignore(Effect.retry(told, { times: 3 }))
  }

  /** Tells whether the pod is ready whenever that changes; without a probe it is as soon as it runs. */
  private probe(pod: JsonObject, address: string, restarts: number): Effect.Effect<never> {
    const container = arrayAt(pod, "spec", "containers")[0]
    const probe = objectAt(container, "readinessProbe")
    const period = Duration.seconds(numberAt(probe, "periodSeconds") ?? 10)
    const threshold = numberAt(probe, "failureThreshold") ?? 3
    return Effect.gen({ self: this }, function* () {
      let failures = 0
      let isReady = probe["httpGet"] === undefined
      yield* this.tell(pod, { ready: isReady, address, restarts })
      if (isReady) return yield* Effect.never
      for (;;) {
        const answers = yield* ask(
          objectAt(probe, "httpGet"),
          container,
          address,
          numberAt(probe, "timeoutSeconds") ?? 1
        )
        failures = answers ? 0 : failures + 1
        const now: boolean = answers || (isReady && failures < threshold)
        if (now !== isReady) yield* this.tell(pod, { ready: now, address, restarts })
        isReady = now
        // A kubelet, too, asks more often until a pod is ready for the first time.
        yield* Effect.sleep(isReady ? period : "200 millis")
      }
    })
  }
}

const imageOf = (pod: JsonObject): string => stringAt(arrayAt(pod, "spec", "containers")[0], "image") ?? ""

const environmentOf = (pod: JsonObject, address: string): Record<string, string> => {
  const fields: Record<string, string> = {
    "metadata.name": nameOf(pod),
    "metadata.namespace": namespaceOf(pod),
    "metadata.uid": uidOf(pod),
    "spec.nodeName": nodeName,
    "spec.serviceAccountName": stringAt(pod, "spec", "serviceAccountName") ?? "default",
    "status.podIP": address
  }
  const variables = arrayAt(arrayAt(pod, "spec", "containers")[0], "env")
  return Object.fromEntries(
    variables.map((each) => [
      stringAt(each, "name") ?? "",
      stringAt(each, "value") ?? fields[stringAt(each, "valueFrom", "fieldRef", "fieldPath") ?? ""] ?? ""
    ])
  )
}

const ask = (
  get: JsonObject,
  container: Json | undefined,
  address: string,
  seconds: number
): Effect.Effect<boolean> => {
  const named = arrayAt(container, "ports").find((each) => stringAt(each, "name") === stringAt(get, "port"))
  const port = numberAt(get, "port") ?? numberAt(named, "containerPort") ?? 0
  const options = { host: toLoopback(address), port, path: stringAt(get, "path") ?? "/", timeout: seconds * 1000 }
  return Effect.callback((resume, signal) => {
    const answered = (is: boolean) => resume(Effect.succeed(is))
    const sent =
      stringAt(get, "scheme") === "HTTPS"
        ? httpsRequest({ ...options, signal, agent: false, rejectUnauthorized: false })
        : httpRequest({ ...options, signal, agent: false })
    sent.once("response", (response) => {
      response.resume()
      answered((response.statusCode ?? 500) < 400)
    })
    sent.once("timeout", () => sent.destroy())
    sent.once("error", () => answered(false))
    sent.end()
  })
}
