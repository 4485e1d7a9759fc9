/**
 * CPU profiles of Node as a tree of time: who calls whom, and how long each was at work. Calls inside one library are one
 * frame: what is asked is which of our functions cost how much, and how much of it lies elsewhere.
 */
import { readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"

/** Whose code a frame is. */
export type Origin = "holdfast" | "effect" | "library" | "node" | "engine"

export interface Frame {
  readonly name: string
  readonly origin: Origin
  /** Microseconds, those of its callees included. */
  time: number
  readonly callees: Map<string, Frame>
}

interface CpuProfile {
  readonly nodes: ReadonlyArray<{
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
    readonly children?: ReadonlyArray<number>
  }>
  readonly samples: ReadonlyArray<number>
  readonly timeDeltas: ReadonlyArray<number>
}

export const frame = (name: string, origin: Origin): Frame => ({ name, origin, time: 0, callees: new Map() })

/** Adds a profile to a tree. Time in which nothing ran is not in it. */
export const add = (root: Frame, { nodes, samples, timeDeltas }: CpuProfile): void => {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const callers = new Map(nodes.flatMap(({ children = [], id }) => children.map((child) => [child, id] as const)))
  // Every sample counts the same: a longer time between two is one in which the machine ran something else.
  const interval = timeDeltas.toSorted((one, other) => one - other)[timeDeltas.length >> 1] ?? 0
  const times = new Map<number, number>()
  for (const id of samples) times.set(id, (times.get(id) ?? 0) + interval)
  for (const [id, time] of times) {
    const stack: Array<Pick<Frame, "name" | "origin">> = []
    for (let at: number | undefined = id; at !== undefined; at = callers.get(at)) {
      const node = byId.get(at)
      if (node !== undefined && node.callFrame.functionName !== "(root)") stack.unshift(describe(node.callFrame))
    }
    if (stack[0]?.name === "(idle)") continue
    root.time += time
    let parent = root
    for (const { name, origin } of stack) {
      if (origin !== "holdfast" && parent.origin === origin && parent.name === name) continue
      const callee = parent.callees.get(name) ?? frame(name, origin)
      parent.callees.set(name, callee)
      callee.time += time
      parent = callee
    }
  }
}

const describe = ({ functionName, lineNumber, url }: CpuProfile["nodes"][number]["callFrame"]) => {
  if (url === "") return { name: functionName === "" ? "native" : functionName, origin: "engine" as const }
  if (url.startsWith("node:")) return { name: "node", origin: "node" as const }
  const module = url.startsWith("file:") ? moduleAt(url, lineNumber) : url
  const [, library] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(module) ?? []
  if (library === "effect") return { name: "effect", origin: "effect" as const }
  if (library !== undefined) return { name: library, origin: "library" as const }
  const file = basename(module)
  return { name: functionName === "" ? file : `${functionName} · ${file}`, origin: "holdfast" as const }
}

/** Where the chunks lie that a program holds in its own file. */
export const chunksOf = (program: string): string => `${program}.chunks`

/** The module that a line of a bundle comes from, by the comments in which the bundler says so. */
const moduleAt = (url: string, line: number): string => {
  const { search } = new URL(url)
  const file = fileURLToPath(url)
  const text = search === "" ? file : join(chunksOf(file), search.slice(1))
  return beginnings(text).findLast(({ begin }) => begin <= line)?.module ?? file
}

const known = new Map<string, ReadonlyArray<{ readonly begin: number; readonly module: string }>>()
const beginnings = (file: string) => {
  const found =
    known.get(file) ??
    readFileSync(file, "utf8")
      .split("\n")
      .flatMap((text, begin) => {
        const [, module] = /^\/\/(?:#region)? (\S+\.[cm]?[jt]s)$/.exec(text) ?? []
        return module === undefined ? [] : [{ begin, module }]
      })
  known.set(file, found)
  return found
}
