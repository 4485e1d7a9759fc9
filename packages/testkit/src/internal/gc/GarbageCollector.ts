/** Deletes what belongs to owners that are gone, as the garbage collector of a cluster does. */
import type { Core } from "../Core.ts"
import { arrayAt, isObject, type JsonObject, objectAt, setAt, stringAt, stringsAt } from "../Json.ts"
import { isFinished } from "../registry/Registry.ts"

const foreground = "foregroundDeletion"

interface Place {
  readonly storage: string
  readonly key: string
}

const owners = (object: JsonObject | undefined): ReadonlyArray<string> =>
  arrayAt(object, "metadata", "ownerReferences").map((each) => stringAt(each, "uid") ?? "")

export class GarbageCollector {
  private readonly core: Core
  /** Objects by the uids of their owners. */
  private readonly dependents = new Map<string, Map<string, Place>>()
  /** Uids of all objects that exist. */
  private readonly alive = new Set<string>()
  /** Owners whose deletion waits for others: `orphan` and foreground deletion. */
  private readonly waiting = new Map<string, Place>()

  constructor(core: Core) {
    this.core = core
    core.store.observers.add((storage, change) => {
      const place = { storage, key: change.key }
      const uid = stringAt(change.object, "metadata", "uid") ?? ""
      if (change.type === "DELETED") {
        this.alive.delete(uid)
        this.waiting.delete(uid)
        this.track(place, undefined, change.previous)
        if (this.dependents.has(uid) || this.waiting.size > 0)
          setImmediate(() => this.gone(uid, owners(change.previous)))
        return
      }
      this.alive.add(uid)
      const owned = owners(change.object)
      if (owned.length > 0 || change.previous !== undefined) this.track(place, change.object, change.previous)
      const finalizers = stringsAt(change.object, "metadata", "finalizers")
      if (finalizers.includes("orphan") || finalizers.includes(foreground)) {
        if (stringAt(change.object, "metadata", "deletionTimestamp") === undefined) return
        this.waiting.set(uid, place)
        setImmediate(() => this.release(uid))
      }
      if (change.type === "ADDED" && owned.length > 0) setImmediate(() => this.collect(place))
    })
  }

  private track(place: Place, object: JsonObject | undefined, previous: JsonObject | undefined): void {
    const id = `${place.storage}#${place.key}`
    for (const uid of owners(previous)) this.dependents.get(uid)?.delete(id)
    for (const uid of owners(object)) {
      let places = this.dependents.get(uid)
      if (places === undefined) {
        places = new Map()
        this.dependents.set(uid, places)
      }
      places.set(id, place)
    }
  }

  private of(uid: string): ReadonlyArray<Place> {
    return [...(this.dependents.get(uid)?.values() ?? [])]
  }

  private gone(uid: string, owned: ReadonlyArray<string>): void {
    for (const place of this.of(uid)) this.collect(place)
    this.dependents.delete(uid)
    for (const owner of owned) this.release(owner)
  }

  /** Deletes an object none of whose owners is left. */
  private collect(place: Place): void {
    const object = this.core.store.get(place.storage, place.key)
    if (object === undefined) return
    const owned = owners(object)
    if (owned.length > 0 && !owned.some((each) => this.alive.has(each))) this.remove(place)
  }

  private remove({ storage, key }: Place): void {
    const { store } = this.core
    const object = store.get(storage, key)
    if (object === undefined || stringAt(object, "metadata", "deletionTimestamp") !== undefined) return
    if (stringsAt(object, "metadata", "finalizers").length === 0) {
      store.remove(storage, key)
      return
    }
    const metadata = {
      ...objectAt(object, "metadata"),
      deletionTimestamp: this.core.now(),
      deletionGracePeriodSeconds: 0
    }
    store.put(storage, key, { ...object, metadata })
  }

  /** Takes the next step of an owner's `orphan` or foreground deletion. */
  private release(uid: string): void {
    const place = this.waiting.get(uid)
    const object = place === undefined ? undefined : this.core.store.get(place.storage, place.key)
    if (place === undefined || object === undefined) return
    const finalizers = stringsAt(object, "metadata", "finalizers")
    if (finalizers.includes("orphan")) {
      for (const each of this.of(uid)) this.orphan(each, uid)
      this.dropFinalizer(place, "orphan")
    }
    if (!finalizers.includes(foreground)) return
    for (const each of this.of(uid)) this.remove(each)
    if (!this.of(uid).some((each) => this.blocks(each, uid))) this.dropFinalizer(place, foreground)
  }

  private blocks({ storage, key }: Place, uid: string): boolean {
    return arrayAt(this.core.store.get(storage, key), "metadata", "ownerReferences").some(
      (each) => isObject(each) && each["uid"] === uid && each["blockOwnerDeletion"] === true
    )
  }

  private orphan({ storage, key }: Place, uid: string): void {
    const object = this.core.store.get(storage, key)
    if (object === undefined) return
    const rest = arrayAt(object, "metadata", "ownerReferences").filter((each) => stringAt(each, "uid") !== uid)
    this.core.store.put(
      storage,
      key,
      setAt(object, ["metadata", "ownerReferences"], rest.length === 0 ? undefined : rest)
    )
  }

  private dropFinalizer({ storage, key }: Place, finalizer: string): void {
    const object = this.core.store.get(storage, key)
    if (object === undefined) return
    const rest = stringsAt(object, "metadata", "finalizers").filter((each) => each !== finalizer)
    const changed = setAt(object, ["metadata", "finalizers"], rest.length === 0 ? undefined : rest)
    if (isFinished(changed)) this.core.store.remove(storage, key, changed)
    else this.core.store.put(storage, key, changed)
  }
}
