/** The webhook configurations as one API server instance has them in effect, which may lag behind what is stored. */
import type { Core } from "../Core.ts"
import { arrayAt, isObject, type JsonObject } from "../Json.ts"

const group = "admissionregistration.k8s.io"
const kinds = [`${group}/mutatingwebhookconfigurations`, `${group}/validatingwebhookconfigurations`] as const

export class Configurations {
  /** Milliseconds from a write to its effect. */
  lag = 0
  /** Whether changes are ignored until further notice. */
  frozen = false
  private readonly effective = new Map<string, Map<string, JsonObject>>(kinds.map((kind) => [kind, new Map()]))
  private readonly lists = new Map<string, ReadonlyArray<JsonObject>>()
  private readonly core: Core

  constructor(core: Core) {
    this.core = core
    core.store.observers.add((storage, change) => {
      if (!this.effective.has(storage)) return
      const object = change.type === "DELETED" ? undefined : change.object
      if (this.frozen) return
      if (this.lag === 0) this.take(storage, change.key, object)
      else core.after(this.lag, () => this.take(storage, change.key, object))
    })
  }

  /** Catches up with what is stored. */
  sync(): void {
    for (const kind of kinds) {
      this.effective.set(kind, new Map(this.core.store.collection(kind).items))
      this.lists.delete(kind)
    }
  }

  mutating(): ReadonlyArray<JsonObject> {
    return this.webhooks(kinds[0])
  }

  validating(): ReadonlyArray<JsonObject> {
    return this.webhooks(kinds[1])
  }

  private take(storage: string, name: string, object: JsonObject | undefined): void {
    if (object === undefined) this.effective.get(storage)?.delete(name)
    else this.effective.get(storage)?.set(name, object)
    this.lists.delete(storage)
  }

  /** All webhooks of a kind, by the names of their configurations. */
  private webhooks(kind: string): ReadonlyArray<JsonObject> {
    let list = this.lists.get(kind)
    if (list === undefined) {
      const configurations = [...(this.effective.get(kind) ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1))
      list = configurations.flatMap(([, object]) => arrayAt(object, "webhooks").filter(isObject))
      this.lists.set(kind, list)
    }
    return list
  }
}
