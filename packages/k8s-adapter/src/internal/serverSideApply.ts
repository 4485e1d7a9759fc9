/** One server-side apply request, and what its answer says was done. */
import * as Effect from "effect/Effect"
import { list, text } from "../Json.ts"
import type { ClientError } from "../KubernetesClient.ts"
import { KubernetesClient } from "../KubernetesClient.ts"
import type { KubernetesObject } from "../KubernetesObject.ts"
import { toRef } from "../KubernetesObject.ts"

export interface PatchOptions {
  readonly fieldManager: string
  readonly force: boolean
  readonly dryRun: boolean
  readonly fieldValidation: "Strict" | "Warn" | "Ignore"
}

export interface Patched {
  readonly created: boolean
  readonly live: KubernetesObject
  /** When the server answered, by its own clock, in milliseconds. */
  readonly answeredAt: number
}

export const patch = (
  object: KubernetesObject,
  options: PatchOptions
): Effect.Effect<Patched, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const path = yield* client.path(toRef(object))
    const { status, headers, body } = yield* client.request({
      method: "PATCH",
      path,
      query: {
        fieldManager: options.fieldManager,
        fieldValidation: options.fieldValidation,
        force: options.force ? true : undefined,
        dryRun: options.dryRun ? "All" : undefined
      },
      headers: { "content-type": "application/apply-patch+yaml" },
      body: object
    })
    return { created: status === 201, live: body as KubernetesObject, answeredAt: Date.parse(String(headers["date"])) }
  })

/** The newest version of anything in the cluster's storage; `undefined` where it may not be asked. */
export const storageVersion: Effect.Effect<bigint | undefined, never, KubernetesClient> = Effect.gen(function* () {
  const client = yield* KubernetesClient
  const { body } = yield* client.request({ method: "GET", path: "/api/v1/namespaces", query: { limit: 1 } })
  return versionOf(body)
}).pipe(Effect.catch(() => Effect.succeed(undefined)))

const versionOf = (object: unknown): bigint | undefined => {
  const version = text(object, "metadata", "resourceVersion")
  return /^\d+$/.test(version) ? BigInt(version) : undefined
}

/**
 * Whether an apply left the object as it was. An object whose version is no newer than the storage's before the run was
 * not written; one that is newer may have been written by others meanwhile, and then the time of our own last change
 * decides, which the server keeps in whole seconds.
 */
export const isUnchanged = (
  patched: Patched,
  before: { readonly version: bigint | undefined; readonly duration: number; readonly fieldManager: string }
): boolean => {
  if (patched.created) return false
  const version = versionOf(patched.live)
  if (version !== undefined && before.version !== undefined && version <= before.version) return true
  const own = list(patched.live, "metadata", "managedFields").find(
    (entry) => text(entry, "manager") === before.fieldManager && text(entry, "operation") === "Apply"
  )
  const changedAt = Date.parse(text(own, "time"))
  return changedAt < patched.answeredAt - before.duration - 1000
}
