/** What processes use over time, as each of them tells it of itself. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

/** What a process uses, right after a full garbage collection. */
export interface Sample {
  /** Milliseconds of Unix time. */
  readonly at: number
  /** Bytes. */
  readonly heap: number
  /** Bytes of buffers and of other things that the heap only refers to. */
  readonly external: number
  /** Bytes. */
  readonly resident: number
  readonly descriptors: number
  readonly sockets: number
  /** What keeps Node's event loop running: sockets, servers, timers, requests. */
  readonly handles: number
}

export interface Series {
  readonly pid: number
  readonly samples: ReadonlyArray<Sample>
}

/** The arguments by which a Node process leaves its samples in a folder. */
export const nodeArguments = (folder: string, everyMillis: number): ReadonlyArray<string> => {
  const probe = pathToFileURL(join(import.meta.dirname, "startProbe.ts"))
  probe.search = new URLSearchParams({ folder, every: String(everyMillis) }).toString()
  return ["--expose-gc", "--disable-warning=ExperimentalWarning", `--import=${probe.href}`]
}

export const fileOf = (folder: string, pid: number): string => join(folder, `${pid}.jsonl`)

/** Reads what was left in a folder so far, the oldest process first. */
export const read = (folder: string): ReadonlyArray<Series> =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .map((file) => ({ pid: Number.parseInt(file, 10), samples: parse(readFileSync(join(folder, file), "utf8")) }))
    .filter(({ samples }) => samples.length > 0)
    .sort((one, other) => (one.samples[0]?.at ?? 0) - (other.samples[0]?.at ?? 0))

/** The last line may be half written, by a process that was killed. */
const parse = (text: string): ReadonlyArray<Sample> =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line))
