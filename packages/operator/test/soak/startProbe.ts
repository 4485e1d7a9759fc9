/**
 * Loaded into a Node process before its program (`--expose-gc --import`): collects the garbage every so often, and
 * appends a line that tells what is left. The program need not know of it.
 */
import { appendFileSync, readdirSync, readlinkSync } from "node:fs"
import { fileOf, type Sample } from "./Samples.ts"

const { searchParams } = new URL(import.meta.url)
const file = fileOf(searchParams.get("folder") ?? ".", process.pid)

const links = (): ReadonlyArray<string> =>
  readdirSync("/proc/self/fd").flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/self/fd/${descriptor}`)]
    } catch {
      // The one by which the folder was read.
      return []
    }
  })

const sample = (): Sample => {
  globalThis.gc?.()
  const { external, heapUsed, rss } = process.memoryUsage()
  const open = links()
  return {
    at: Date.now(),
    heap: heapUsed,
    external,
    resident: rss,
    descriptors: open.length,
    sockets: open.filter((link) => link.startsWith("socket:")).length,
    handles: process.getActiveResourcesInfo().length
  }
}

setInterval(() => appendFileSync(file, `${JSON.stringify(sample())}\n`), Number(searchParams.get("every"))).unref()
