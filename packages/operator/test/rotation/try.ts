import * as Explore from "@holdfast/testkit/simulator/Explore"
import { protocol } from "./EngineProtocol.ts"

const t = performance.now()
const r = Explore.explore(protocol(), { seeds: Number(process.argv[2] ?? 1000), from: Number(process.argv[3] ?? 1) })
console.log(r.schedules, r.rotations, r.deeds, `${Math.round(performance.now() - t)}ms`)
if (r.counterexample) console.log(Explore.format(r.counterexample))
