import type { EventInput } from "../../runtime/EventRecorder.ts"

interface Entry {
  /** The Event that counts this series; `undefined` until it is written. */
  name: string | undefined
  count: number
  lastAt: number
}

interface Bucket {
  tokens: number
  at: number
}

/** After ten minutes without it, the same thing is news again. */
const window = 10 * 60_000
/** As client-go's spam filter: 25 Events of an object at once, then one every five minutes. */
const burst = 25
const refill = 5 * 60_000
const most = 4096

/** Which Events are the same again, and which are too many. Remembers some thousand, the least recent go first. */
export class EventSeries {
  readonly #entries = new Map<string, Entry>()
  readonly #buckets = new Map<string, Bucket>()

  note(event: EventInput, now: number): { readonly entry: Entry; readonly isAllowed: boolean } {
    const { metadata } = event.regarding
    const object = `${event.regarding.kind}/${metadata.namespace ?? ""}/${metadata.name ?? ""}/${metadata.uid ?? ""}`
    const key = JSON.stringify([object, event.type, event.reason, event.action, event.note])
    const old = this.#entries.get(key)
    const entry: Entry =
      old === undefined || now - old.lastAt > window ? { name: undefined, count: 0, lastAt: now } : old
    entry.count += 1
    entry.lastAt = now
    renew(this.#entries, key, entry)
    return { entry, isAllowed: this.#takeToken(object, now) }
  }

  #takeToken(object: string, now: number): boolean {
    const { at, tokens } = this.#buckets.get(object) ?? { tokens: burst, at: now }
    const filled = Math.min(burst, tokens + Math.max(0, now - at) / refill)
    renew(this.#buckets, object, { tokens: filled >= 1 ? filled - 1 : filled, at: now })
    return filled >= 1
  }
}

const renew = <A>(map: Map<string, A>, key: string, value: A): void => {
  map.delete(key)
  map.set(key, value)
  if (map.size > most) map.delete(map.keys().next().value as string)
}
