/** Empties namespaces that are being deleted, and lets them go; gives new ones what every namespace has. */
import type { Core } from "../Core.ts"
import { type JsonObject, objectAt, setAt, stringAt, stringsAt } from "../Json.ts"
import type { ResourceType } from "../Resources.ts"
import { isFinished } from "../registry/Registry.ts"
import { stampNew } from "../registry/Strategy.ts"

export class Namespaces {
  private readonly core: Core
  private readonly terminating = new Set<string>()

  constructor(core: Core) {
    this.core = core
    core.store.observers.add((storage, change) => {
      if (storage === "/namespaces") {
        if (change.type === "ADDED") setImmediate(() => this.furnish(change.key))
        if (change.type === "DELETED") this.terminating.delete(change.key)
        else if (stringAt(change.object, "metadata", "deletionTimestamp") !== undefined) {
          this.terminating.add(change.key)
          setImmediate(() => this.empty(change.key))
        }
        return
      }
      if (change.type !== "DELETED" || this.terminating.size === 0) return
      const namespace = change.key.slice(0, change.key.indexOf("/"))
      if (this.terminating.has(namespace)) setImmediate(() => this.empty(namespace))
    })
  }

  private contents(
    namespace: string
  ): ReadonlyArray<{ readonly storage: string; readonly key: string; readonly object: JsonObject }> {
    return this.core.resources
      .stored()
      .filter((each) => each.namespaced)
      .flatMap(({ storage }) =>
        [...this.core.store.collection(storage).items]
          .filter(([key]) => key.startsWith(`${namespace}/`))
          .map(([key, object]) => ({ storage, key, object }))
      )
  }

  private empty(namespace: string): void {
    const { store } = this.core
    if (!this.terminating.has(namespace) || store.get("/namespaces", namespace) === undefined) return
    for (const { storage, key, object } of this.contents(namespace)) {
      if (stringAt(object, "metadata", "deletionTimestamp") !== undefined) continue
      if (stringsAt(object, "metadata", "finalizers").length === 0) store.remove(storage, key)
      else {
        const metadata = {
          ...objectAt(object, "metadata"),
          deletionTimestamp: this.core.now(),
          deletionGracePeriodSeconds: 0
        }
        store.put(storage, key, { ...object, metadata })
      }
    }
    if (this.contents(namespace).length > 0) return
    const current = store.get("/namespaces", namespace)
    const finalizers = stringsAt(current, "spec", "finalizers")
    if (current === undefined || !finalizers.includes("kubernetes")) return
    const rest = finalizers.filter((each) => each !== "kubernetes")
    const changed = setAt(current, ["spec", "finalizers"], rest.length === 0 ? undefined : rest)
    if (isFinished(changed)) store.remove("/namespaces", namespace, changed)
    else store.put("/namespaces", namespace, changed)
  }

  /** The service account that every namespace gets. */
  private furnish(namespace: string): void {
    const accounts = this.core.resources.at("v1", "serviceaccounts") as ResourceType
    const key = `${namespace}/default`
    const { store } = this.core
    if (store.get("/namespaces", namespace) === undefined || store.get(accounts.storage, key) !== undefined) return
    store.put(accounts.storage, key, stampNew(this.core, { metadata: { name: "default" } }, accounts, namespace))
  }
}
