/**
 * Gives spoilt input to everything that reads what others wrote: `npm run fuzz [-- --inputs N --seed N --only NAME]`.
 * An input is lost when reading it throws, or takes longer than it may; it is printed with the seed that repeats it.
 */
import { parseArgs } from "node:util"
import { mutate } from "./fuzz/mutate.ts"
import { Random } from "./fuzz/random.ts"
import { targets } from "./fuzz/targets.ts"

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" }
  }
})
const inputs = Number(values.inputs)
/** Milliseconds an input of a few kilobytes may take on a machine that is busy with other things. */
const most = 2000

const chosen = targets.filter(({ name }) => name.includes(values.only))
if (chosen.length === 0 || !Number.isInteger(inputs)) {
  console.error(
    `usage: fuzz [--inputs N] [--seed N] [--only NAME]; names: ${targets.map(({ name }) => name).join(", ")}`
  )
  process.exit(64)
}

let lost = 0
console.log("input                     inputs     slowest  lost")
for (const { name, read, seeds } of chosen) {
  const random = new Random(Number(values.seed))
  const count = Math.ceil(inputs / chosen.length)
  let slowest = 0
  let lostHere = 0
  for (let index = 0; index < count; index++) {
    const text = mutate(random, seeds)
    const began = performance.now()
    try {
      read(text)
    } catch (error) {
      if (lostHere++ < 3) console.error(`${name}, input ${index}: ${JSON.stringify(text).slice(0, 2000)}\n`, error)
    }
    const took = performance.now() - began
    if (took > most && lostHere++ < 3) {
      console.error(`${name}, input ${index} took ${took.toFixed(0)} ms: ${JSON.stringify(text).slice(0, 2000)}`)
    }
    slowest = Math.max(slowest, took)
  }
  lost += lostHere
  console.log(`${name.padEnd(24)}  ${String(count).padStart(7)}  ${slowest.toFixed(0).padStart(7)} ms  ${lostHere}`)
}
console.log(lost === 0 ? "nothing lost" : `${lost} inputs lost`)
process.exit(lost === 0 ? 0 : 1)
