import type { Deed } from "../../simulator/Protocol.ts"
import type { Happening, Schedule } from "../../simulator/Schedule.ts"
import type { Leaf, Trusted } from "../../simulator/Trust.ts"

/** A time since the beginning, as in `1h02m03.456s`. */
export const clock = (millis: number): string => {
  const hours = Math.floor(millis / 3_600_000)
  const minutes = Math.floor(millis / 60_000) % 60
  const seconds = (millis / 1_000) % 60
  return `${hours}h${String(minutes).padStart(2, "0")}m${seconds.toFixed(3).padStart(6, "0")}s`
}

/** A length of time, as in `90s` or `250ms`. */
const length = (millis: number): string =>
  millis >= 120_000
    ? `${Math.round(millis / 60_000)}m`
    : millis >= 1_000
      ? `${Math.round(millis / 1_000)}s`
      : `${millis}ms`

export const ids = (bundle: ReadonlyArray<Trusted>): string => `{${bundle.map(({ id }) => id).join(", ")}}`

export const leafText = ({ bridges, id, issuer }: Leaf): string =>
  `${id} of ${issuer}${bridges.length === 0 ? "" : `, bridged by ${bridges.map(({ by }) => by).join(", ")}`}`

export const deedText = (deed: Deed): string => {
  switch (deed.kind) {
    case "makeAuthority":
      return "makes an authority"
    case "makeLeaf":
      return `makes a leaf of ${deed.issuer.id}`
    case "writeState":
      return `writes the state: ${deed.says}`
    case "writeServing":
      return `writes the serving Secret: ${deed.value.leaf === undefined ? "no leaf" : leafText(deed.value.leaf)}`
    case "writeTarget":
      return `writes ${deed.target} ${ids(deed.value.bundle)}`
    case "probe":
      return `probes ${deed.pairs.map(({ apiServer, target }) => `${target} on ${apiServer}`).join(", ")}`
    case "nudge":
      return `nudges ${deed.pod}`
    case "wait":
      return `waits until ${clock(deed.until)}`
  }
}

export const happeningText = (happening: Happening): string => {
  switch (happening.kind) {
    case "rotate":
      return happening.cause === "compromised"
        ? "the authority's key is known to others: rotate"
        : "somebody asks for a new authority"
    case "crash":
      return `process-${happening.process} dies ${happening.when} its deed ${happening.deed}, for ${length(happening.down)}`
    case "pause":
      return `process-${happening.process} falls asleep before its deed ${happening.deed}, for ${length(happening.for)}`
    case "stale":
      return `api-${happening.apiServer} will miss the next change`
    case "partition":
      return `api-${happening.apiServer} hears nothing for ${length(happening.for)}`
    case "wipe":
      return `a GitOps writer empties the bundle of hook-${happening.target}`
    case "restore":
      return `a GitOps writer sets hook-${happening.target} back`
    case "restart":
      return `pod-${happening.pod} goes for ${length(happening.down)}`
    case "unreachable":
      return `pod-${happening.pod} answers API servers alone for ${length(happening.for)}`
    case "deleteState":
      return "the state Secret is deleted"
    case "rollBackState":
      return "the state Secret is restored from a backup"
    case "deleteServing":
      return "the serving Secret is deleted"
  }
}

export const scheduleText = (schedule: Schedule): ReadonlyArray<string> => [
  ...schedule.apiServers.map(
    ({ lag, skew }, index) =>
      `api-${index} hears of changes ${length(lag)} late${skew === 0 ? "" : `, clock ${skew > 0 ? "+" : "-"}${length(Math.abs(skew))}`}`
  ),
  ...schedule.pods.map(
    ({ lag, mounted }, index) =>
      `pod-${index} ${mounted ? "mounts the Secret" : "watches the Secret"}, ${length(lag)} late`
  ),
  ...schedule.processes.map(
    ({ cache, pace, skew }, index) =>
      `process-${index} with a cache ${length(cache)} old and ${length(pace)} a deed${skew === 0 ? "" : `, clock ${skew > 0 ? "+" : "-"}${length(Math.abs(skew))}`}`
  ),
  ...(schedule.balanced ? ["a load balancer before the API servers"] : []),
  ...(schedule.foreign ? ["certificates of unknown origin in the beginning"] : []),
  ...schedule.happenings.map((each) => `${"at" in each ? `${clock(each.at)}: ` : ""}${happeningText(each)}`)
]
