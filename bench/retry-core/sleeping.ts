/**
 * Prints what one of the contenders takes for a hundred thousand sleeping retries: bytes of heap for each, and, where it
 * can be woken, the milliseconds until all have succeeded. Run alone in a process: `node --expose-gc sleeping.ts NAME`.
 */
import * as Wake from "@holdfast/retry-core/Wake"
import { contenders } from "./contenders.ts"

const count = 100_000
const contender = contenders.find(({ name }) => name === process.argv[2])
if (contender === undefined || globalThis.gc === undefined) throw new Error("usage: node --expose-gc sleeping.ts NAME")

const heap = () => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

const failure = new Error("not yet")
let isReady = false
const fn = () => (isReady ? Promise.resolve(1) : Promise.reject(failure))
const wake = Wake.makeUnsafe()
await contender.immediate(() => Promise.resolve(1))
const before = heap()
const promises: Array<Promise<number>> = []
for (let i = 0; i < count; i++) promises.push(contender.slow(fn, wake))
await new Promise((resolve) => setTimeout(resolve, 500))
const bytes = (heap() - before) / count

isReady = true
const woken = performance.now()
Wake.notifyUnsafe(wake, { reason: "bench" })
const isWoken = contender.name === "holdfast"
if (isWoken) await Promise.all(promises)
console.log(JSON.stringify({ bytes, wakeAll: isWoken ? performance.now() - woken : undefined }))
process.exit()
