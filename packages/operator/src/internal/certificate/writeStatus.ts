import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import { fieldManager } from "../../target/Target.ts"

/** Writes the status whole: fields that are not in it any more go. */
export const writeStatus = (object: KubernetesObject, status: object) =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const { apiVersion, kind, metadata } = object
    const { name, namespace, uid } = metadata
    yield* client.apply({ apiVersion, kind, metadata: { name, namespace, uid }, status } as KubernetesObject, {
      subresource: "status",
      fieldManager,
      force: true
    })
  }).pipe(
    // It was deleted meanwhile, and there may be another of its name.
    Effect.catchTags({ NotFound: () => Effect.void, Conflict: () => Effect.void })
  )
