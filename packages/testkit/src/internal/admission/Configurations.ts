/** The webhook configurations as one API server instance has them in effect, which may lag behind what is stored. */
import type { Core } from "../Core.ts"
import { arrayAt, isObject, type JsonObject } from "../Json.ts"

const group = "admissionregistration.k8s.io"
const kinds = [`${group}/mutatingwebhookconfigurations`, `${group}/validatingwebhookconfigurations`] as const

export class Configurations {
  /** Milliseconds from a write to its effect. */
  lag = 0
  /** How many of the next changes are missed. */
  miss = 0
  private readonly effective = new Map<string, Map<string, JsonObject>>(kinds.map((kind) => [kind, new Map()]))
  private readonly lists = new Map<string, ReadonlyArray<JsonObject>>()

  constructor(core: Core) {
    core.store.observers.add((storage, change) => {
      if (!this.effective.has(storage)) return
      const object = change.type === "DELETED" ? undefined : change.object
      if (this.miss > 0) {
        this.miss--
        return
      }
      if (this.lag === 0) this.take(storage, change.key, object)
      else core.after(this.lag, () => this.take(storage, change.key, object))
    })
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
