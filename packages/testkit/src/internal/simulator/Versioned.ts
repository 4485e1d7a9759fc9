import type { Seen } from "../../simulator/Protocol.ts"

/** An object in the API server with its past, so that caches can be behind and backups can be restored. */
export interface Versioned<A> {
  readonly read: () => Seen<A> | undefined
  /** What stood there at a time, for a cache that is behind. */
  readonly readAt: (at: number) => Seen<A> | undefined
  readonly write: (at: number, value: A | undefined) => number
}

let versions = 0

/** Makes an object that holds `first` from the beginning, or that does not exist yet. */
export const make = <A>(first?: A): Versioned<A> => {
  const past: Array<{ readonly at: number; readonly seen: Seen<A> | undefined }> = []
  const write = (at: number, value: A | undefined): number => {
    const version = ++versions
    past.push({ at, seen: value === undefined ? undefined : { version, value } })
    return version
  }
  write(Number.NEGATIVE_INFINITY, first)
  return {
    read: () => past.at(-1)?.seen,
    readAt: (at) => past.findLast((each) => each.at <= at)?.seen,
    write
  }
}
