/**
 * Has V8 compile the functions of `hot.json` together with their module: those that every `apply` calls. Node's compile
 * cache holds what was compiled when the module was loaded, and functions are compiled at their first call otherwise: a
 * fifth of the time of a start that the cache spares nobody. V8 takes a function in parentheses for one that is called
 * at once; the minifier keeps them.
 */
import { readFileSync } from "node:fs"
import type { Plugin } from "rolldown"
import { functionsOf, insert, labelOf } from "./functions.ts"

/** For each module, by its label, the keys of the functions. */
export type Profile = Readonly<Record<string, ReadonlyArray<string>>>

export const profileFile = new URL("hot.json", import.meta.url)

export const eager = (): Plugin => {
  const profile = JSON.parse(readFileSync(profileFile, "utf8")) as Profile
  const all = Object.values(profile).flat().length
  let found = 0
  return {
    name: "eager",
    transform(code, id) {
      const keys = new Set(profile[labelOf(id)])
      if (keys.size === 0) return null
      const hot = functionsOf(id, code).filter(({ key }) => keys.has(key))
      found += new Set(hot.map(({ key }) => key)).size
      return insert(code, [
        ...hot.map(({ start }) => [start, "("] as const),
        ...hot.map(({ end }) => [end, ")"] as const)
      ])
    },
    buildEnd() {
      // A profile that fits no more costs time at each start, and nothing else would tell.
      if (found < 0.8 * all) this.warn(`${all - found} of ${all} functions have changed: run node scripts/hot.ts`)
    }
  }
}
