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
interface Limit {
  /** How many at once. */
  readonly burst: number
  /** After how many milliseconds there may be one more. */
  readonly refill: number
}

/** As client-go's spam filter. */
const ofObject: Limit = { burst: 25, refill: 5 * 60_000 }
/** Of all objects together: thousands that become ready at the same time must not fill the API server's storage. */
const ofNormal: Limit = { burst: 200, refill: 200 }
const most = 4096

/** Which Events are the same again, and which are too many. Remembers some thousand, the least recent go first. */
export class EventSeries {
  readonly #entries = new Map<string, Entry>()
  readonly #buckets = new Map<string, Bucket>()
  #normal: Bucket = { tokens: ofNormal.burst, at: 0 }

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
    const ofThis = take(this.#buckets.get(object) ?? { tokens: ofObject.burst, at: now }, ofObject, now)
    renew(this.#buckets, object, ofThis.bucket)
    if (event.type === "Warning" || !ofThis.isAllowed) return { entry, isAllowed: ofThis.isAllowed }
    const ofAll = take(this.#normal, ofNormal, now)
    this.#normal = ofAll.bucket
    return { entry, isAllowed: ofAll.isAllowed }
  }
}

const take = ({ at, tokens }: Bucket, { burst, refill }: Limit, now: number) => {
  const filled = Math.min(burst, tokens + Math.max(0, now - at) / refill)
  const isAllowed = filled >= 1
  return { isAllowed, bucket: { tokens: isAllowed ? filled - 1 : filled, at: now } }
}

const renew = <A>(map: Map<string, A>, key: string, value: A): void => {
  map.delete(key)
  map.set(key, value)
  if (map.size > most) map.delete(map.keys().next().value as string)
}
