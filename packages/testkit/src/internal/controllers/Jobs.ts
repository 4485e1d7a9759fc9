/** Jobs: one pod, one run of the test's program, and the conditions that a Job ends with. */
import * as Effect from "effect/Effect"
import type { JobProgram } from "../../Controllers.ts"
import { arrayAt, type JsonObject, numberAt, objectAt, stringAt } from "../Json.ts"
import { isDeleted, keyOf, nameOf, namespaceOf, owner, uidOf, type World } from "./World.ts"

const isFinished = (job: JsonObject): boolean =>
  arrayAt(job, "status", "conditions").some(
    (each) => ["Complete", "Failed"].includes(stringAt(each, "type") ?? "") && stringAt(each, "status") === "True"
  )

export class Jobs {
  private readonly world: World
  private readonly programs: Readonly<Record<string, JobProgram>>
  private readonly taken = new Set<string>()

  constructor(world: World, programs: Readonly<Record<string, JobProgram>>) {
    this.world = world
    this.programs = programs
  }

  reconcile(job: JsonObject): void {
    const uid = uidOf(job)
    if (this.taken.has(uid) || isFinished(job) || isDeleted(job) || objectAt(job, "spec")["suspend"] === true) return
    this.taken.add(uid)
    this.world.act(`job ${keyOf(job)} ${uid}`, this.run(job))
  }

  private run(job: JsonObject): Effect.Effect<unknown, unknown> {
    const { world } = this
    const namespace = namespaceOf(job)
    const startTime = world.now()
    const program = this.programs[keyOf(job)] ?? (() => Effect.void)
    return Effect.gen({ self: this }, function* () {
      yield* world.setStatus("jobs", job, { startTime, active: 1, ready: 0 })
      const pod = yield* world.client.create(world.path("pods", namespace), this.pod(job))
      const outcome = yield* Effect.result(program({ namespace, name: nameOf(job) }))
      const succeeded = outcome._tag === "Success"
      yield* Effect.ignore(world.setStatus("pods", pod, podEnd(pod, succeeded, startTime, world.now())))
      yield* world.setStatus(
        "jobs",
        job,
        succeeded ? complete(job, startTime, world.now()) : failed(startTime, world.now(), String(outcome.failure))
      )
    })
  }

  private pod(job: JsonObject): JsonObject {
    const template = objectAt(job, "spec", "template")
    const metadata = objectAt(template, "metadata")
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        ...metadata,
        generateName: `${nameOf(job)}-`,
        namespace: namespaceOf(job),
        labels: { ...objectAt(metadata, "labels"), "job-name": nameOf(job) },
        ownerReferences: [owner(job, "batch/v1", "Job")]
      },
      spec: { ...objectAt(template, "spec"), automountServiceAccountToken: false }
    }
  }
}

const condition = (type: string, at: string, reason: string, message: string) => ({
  type,
  status: "True",
  reason,
  message,
  lastProbeTime: at,
  lastTransitionTime: at
})

const complete = (job: JsonObject, startTime: string, now: string): JsonObject => {
  const reached = ["CompletionsReached", "Reached expected number of succeeded pods"] as const
  return {
    startTime,
    completionTime: now,
    active: 0,
    ready: 0,
    succeeded: numberAt(job, "spec", "completions") ?? 1,
    conditions: [condition("SuccessCriteriaMet", now, ...reached), condition("Complete", now, ...reached)]
  }
}

const failed = (startTime: string, now: string, why: string): JsonObject => {
  const reason = ["BackoffLimitExceeded", `Job has reached the specified backoff limit: ${why}`] as const
  return {
    startTime,
    active: 0,
    ready: 0,
    failed: 1,
    conditions: [condition("FailureTarget", now, ...reason), condition("Failed", now, ...reason)]
  }
}

const podEnd = (pod: JsonObject, succeeded: boolean, startedAt: string, finishedAt: string): JsonObject => ({
  phase: succeeded ? "Succeeded" : "Failed",
  containerStatuses: arrayAt(pod, "spec", "containers").map((container) => ({
    name: stringAt(container, "name") ?? "",
    image: stringAt(container, "image") ?? "",
    imageID: "",
    ready: false,
    restartCount: 0,
    state: {
      terminated: { exitCode: succeeded ? 0 : 1, reason: succeeded ? "Completed" : "Error", startedAt, finishedAt }
    }
  }))
})
