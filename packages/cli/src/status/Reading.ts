/**
 * Reads objects for a status: what may not be read is a finding, and the rest is done.
 *
 * @since 0.1.0
 */
import { type ClientError, KubernetesClient, type ListQuery } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import type { Finding } from "../check/Finding.ts"

/**
 * What was read, and what could not be.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reading {
  readonly objects: ReadonlyArray<KubernetesObject>
  readonly unread: ReadonlyArray<Finding>
}

/**
 * Lists objects; none where their kind is not served.
 *
 * @category reading
 * @since 0.1.0
 */
export const list = (query: ListQuery): Effect.Effect<Reading, ClientError, KubernetesClient> =>
  Effect.flatMap(KubernetesClient, (client) => client.list(query)).pipe(
    Effect.map(({ items }): Reading => ({ objects: items, unread: [] })),
    Effect.catchTags({
      UnknownKind: () => Effect.succeed<Reading>({ objects: [], unread: [] }),
      Forbidden: (error) =>
        Effect.succeed<Reading>({
          objects: [],
          unread: [{ subject: `${query.kind} objects`, result: "skipped", detail: error.message }]
        })
    })
  )
