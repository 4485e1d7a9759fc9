/**
 * Watches that survive: a list, then a watch from the list's version, and again from the last version seen whenever
 * the connection is dropped, reset, closed or silent. A version that the server has forgotten (410) leads to a new
 * list, with `Deleted` events for what vanished in between.
 *
 * @since 0.1.0
 */
import type { KubernetesError } from "./KubernetesError.ts"
import type { KubernetesObject } from "./KubernetesObject.ts"

/**
 * Which objects to follow.
 *
 * @category options
 * @since 0.1.0
 */
export interface WatchQuery {
  readonly apiVersion: string
  readonly kind: string
  /** One namespace; every namespace when left out. */
  readonly namespace?: string
  /** One object by its name. */
  readonly name?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

/**
 * What a watch tells: changes of objects, and the state of the watch itself.
 *
 * - `Added`, `Modified`, `Deleted`: an object came (or was there from the start), changed, went. After a gap the
 *   differences are given as events too: every object's end is told exactly once.
 * - `Listed`: all objects there were have been told; from here on events are news.
 * - `Connected`: the watch is open at this version.
 * - `Bookmark`: nothing changed up to this version.
 * - `Reconnecting`: the connection ended, with the error when there was one; events may be late until `Connected`.
 *
 * @category models
 * @since 0.1.0
 */
export type WatchEvent =
  | { readonly _tag: "Added" | "Modified" | "Deleted"; readonly object: KubernetesObject }
  | { readonly _tag: "Listed"; readonly resourceVersion: string; readonly objects: ReadonlyArray<KubernetesObject> }
  | { readonly _tag: "Connected"; readonly resourceVersion: string }
  | { readonly _tag: "Bookmark"; readonly resourceVersion: string }
  | {
      readonly _tag: "Reconnecting"
      readonly error: KubernetesError | undefined
      /** Milliseconds until the next attempt. */
      readonly delay: number
    }
