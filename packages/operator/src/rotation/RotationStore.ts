/**
 * Reads and replaces the Secret of a rotation by compare-and-swap: of two writers that looked at the same version, one
 * gets through.
 *
 * @since 0.1.0
 */
import { AlreadyExists, Conflict, NotFound } from "@holdfast/k8s-adapter/ApiError"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { decode, encode, type InvalidRotationSecret, type StoredRotation } from "./RotationSecret.ts"

/**
 * Where a rotation is kept.
 *
 * @category models
 * @since 0.1.0
 */
export interface Location {
  readonly namespace: string
  readonly name: string
  /** What the Secret is found by. */
  readonly labels?: Readonly<Record<string, string>>
}

/**
 * What was found there. `resourceVersion` is what the next write has to find; a Secret that is not usable is there too.
 *
 * @category models
 * @since 0.1.0
 */
export interface Found {
  readonly resourceVersion: string
  readonly rotation: Result.Result<StoredRotation, InvalidRotationSecret>
}

/**
 * Reads the Secret from the API server itself, never from a cache; `undefined` when there is none.
 *
 * @category operations
 * @since 0.1.0
 */
export const read = (location: Location): Effect.Effect<Found | undefined, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const secret = yield* Effect.catch(
      client.get({ apiVersion: "v1", kind: "Secret", name: location.name, namespace: location.namespace }),
      (error) => (error instanceof NotFound ? Effect.undefined : Effect.fail(error))
    )
    return secret === undefined ? undefined : { resourceVersion: versionOf(secret), rotation: decode(secret) }
  })

/**
 * Writes the rotation over the version that was found, or creates the Secret where none was. Gives the new version, or
 * `"conflict"` when somebody was faster.
 *
 * @category operations
 * @since 0.1.0
 */
export const write = (
  location: Location,
  rotation: StoredRotation,
  over: Pick<Found, "resourceVersion"> | undefined
): Effect.Effect<string | "conflict", ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const written =
      over === undefined
        ? client.create(encode(rotation, location))
        : client.replace(encode(rotation, { ...location, resourceVersion: over.resourceVersion }))
    return yield* Effect.catch(Effect.map(written, versionOf), (error) =>
      // A replaced Secret that is gone was deleted by somebody in between.
      error instanceof Conflict || error instanceof AlreadyExists || error instanceof NotFound
        ? Effect.succeed("conflict" as const)
        : Effect.fail(error)
    )
  })

const versionOf = ({ metadata }: KubernetesObject): string => metadata.resourceVersion ?? ""
