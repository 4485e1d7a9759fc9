/**
 * What etcd and the watch cache are to a real API server: objects by key, one revision counter for all of them, and
 * for each resource a history from which watches resume. Objects are never changed in place, so that an event, a list
 * page and a reader may share them.
 */
import type { JsonObject } from "../Json.ts"
import { setAt } from "../Json.ts"

export type EventType = "ADDED" | "MODIFIED" | "DELETED"

export interface Change {
  readonly type: EventType
  readonly key: string
  /** The object after the change, or the last state of a deleted one with the revision of its deletion. */
  readonly object: JsonObject
  readonly previous: JsonObject | undefined
  readonly revision: number
  /** Encoded watch lines by representation, so that a thousand watchers share one string. */
  readonly lines: Map<string, string>
}

export type Listener = (change: Change) => void

/** All objects of one kind. */
export class Collection {
  readonly items = new Map<string, JsonObject>()
  readonly listeners = new Set<Listener>()
  history: Array<Change> = []
  /** Watches can resume from this revision or a later one. */
  horizon = 0
  private keys: Array<string> | undefined = []

  /** Keys in the order in which a list shows them. */
  sortedKeys(): ReadonlyArray<string> {
    this.keys ??= [...this.items.keys()].sort()
    return this.keys
  }

  apply(change: Change, historyLimit: number): void {
    if (change.type === "DELETED") this.items.delete(change.key)
    else this.items.set(change.key, change.object)
    if (change.type !== "MODIFIED") this.keys = undefined
    this.history.push(change)
    if (this.history.length > historyLimit * 2) this.forget(historyLimit)
    for (const listener of this.listeners) listener(change)
  }

  /** Forgets all but the last changes, as compaction does. */
  forget(keep: number): void {
    const dropped = this.history.slice(0, this.history.length - keep)
    const last = dropped[dropped.length - 1]
    if (last === undefined) return
    this.horizon = last.revision
    this.history = this.history.slice(dropped.length)
  }

  /** The changes after a revision, `undefined` when history does not reach that far back. */
  since(revision: number): ReadonlyArray<Change> | undefined {
    if (revision < this.horizon) return undefined
    let low = 0
    let high = this.history.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.history[middle]?.revision ?? 0) <= revision) low = middle + 1
      else high = middle
    }
    return this.history.slice(low)
  }

  /** Keys and objects as they were at a revision, `undefined` when history does not reach that far back. */
  at(revision: number): ReadonlyArray<readonly [string, JsonObject]> | undefined {
    const changes = this.since(revision)
    if (changes === undefined) return undefined
    if (changes.length === 0) return this.entries()
    const items = new Map(this.items)
    for (const change of [...changes].reverse()) {
      if (change.previous === undefined) items.delete(change.key)
      else items.set(change.key, change.previous)
    }
    return [...items].sort(([a], [b]) => (a < b ? -1 : 1))
  }

  entries(): ReadonlyArray<readonly [string, JsonObject]> {
    return this.sortedKeys().map((key) => [key, this.items.get(key) as JsonObject] as const)
  }
}

export class Store {
  revision = 1
  private readonly collections = new Map<string, Collection>()
  /** Told of each change of each kind, before the watchers of that kind are. */
  readonly observers = new Set<(storage: string, change: Change) => void>()
  readonly historyLimit: number

  constructor(historyLimit: number) {
    this.historyLimit = historyLimit
  }

  collection(storage: string): Collection {
    let found = this.collections.get(storage)
    if (found === undefined) {
      found = new Collection()
      this.collections.set(storage, found)
    }
    return found
  }

  /** Begins the history of a kind; nothing can be watched from before. */
  open(storage: string): void {
    if (this.collections.has(storage)) return
    this.collection(storage).horizon = this.revision
  }

  drop(storage: string): void {
    this.collections.delete(storage)
  }

  /** Forgets all history, as a compaction at the current revision does. */
  forgetAll(): void {
    for (const collection of this.collections.values()) {
      collection.history = []
      collection.horizon = this.revision
    }
  }

  get(storage: string, key: string): JsonObject | undefined {
    return this.collections.get(storage)?.items.get(key)
  }

  /** Stores a new or changed object and returns it with its resourceVersion. */
  put(storage: string, key: string, object: JsonObject): JsonObject {
    const collection = this.collection(storage)
    const previous = collection.items.get(key)
    return this.record(storage, collection, previous === undefined ? "ADDED" : "MODIFIED", key, object, previous)
  }

  /** Removes an object and returns its last state. */
  remove(storage: string, key: string, last?: JsonObject): JsonObject | undefined {
    const collection = this.collection(storage)
    const previous = collection.items.get(key)
    if (previous === undefined) return undefined
    return this.record(storage, collection, "DELETED", key, last ?? previous, previous)
  }

  private record(
    storage: string,
    collection: Collection,
    type: EventType,
    key: string,
    object: JsonObject,
    previous: JsonObject | undefined
  ): JsonObject {
    const revision = ++this.revision
    const stamped = setAt(object, ["metadata", "resourceVersion"], String(revision))
    const change: Change = { type, key, object: stamped, previous, revision, lines: new Map() }
    for (const observer of this.observers) observer(storage, change)
    collection.apply(change, this.historyLimit)
    return stamped
  }
}
