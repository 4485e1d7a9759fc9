/** Events have two APIs over one storage: the core one, and `events.k8s.io`, which names some fields another way. */
import type { JsonObject, Mutable } from "../Json.ts"

const names: ReadonlyArray<readonly [core: string, newer: string]> = [
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["reportingComponent", "reportingController"],
  ["source", "deprecatedSource"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
  ["count", "deprecatedCount"]
]

/** Shows an event in the other API. */
export const convert = (event: JsonObject, apiVersion: string): JsonObject => {
  if (event["apiVersion"] === apiVersion) return event
  const toNewer = apiVersion === "events.k8s.io/v1"
  const rename = new Map(names.map(([core, newer]) => (toNewer ? [core, newer] : [newer, core])))
  const result: Mutable = {}
  for (const [key, value] of Object.entries(event))
    result[rename.get(key) ?? key] = key === "apiVersion" ? apiVersion : value
  return result
}
