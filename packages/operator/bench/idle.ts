/**
 * What an operator costs that has nothing to do: memory, and CPU over a minute, of the one that leads, with its own
 * certificate and one package repository.
 *
 *     node packages/operator/bench/idle.ts
 */
import { Effect } from "effect"
import { cluster, operator } from "./lab.ts"

const seconds = 60

const bench = Effect.gen(function* () {
  const { apply, server } = yield* cluster()
  const process = yield* operator(server.kubeconfig)
  yield* apply({
    apiVersion: "packages.glasskube.dev/v1alpha1",
    kind: "PackageRepository",
    metadata: { name: "shop" },
    spec: { url: "http://127.0.0.1:9/" }
  })
  // The rotation that follows a first start, and what it leaves behind for the garbage collector.
  yield* Effect.sleep("90 seconds")
  const before = process.cpu()
  yield* Effect.sleep(seconds * 1000)
  const cpu = ((process.cpu() - before) / seconds) * 100
  const { most, now } = process.memory()
  console.log(`memory  ${now.toFixed(1)} MB RSS after two and a half minutes, at most ${most.toFixed(1)} MB`)
  console.log(`CPU     ${cpu.toFixed(2)} % of one core over ${seconds} s`)
})

await Effect.runPromise(Effect.scoped(bench))
process.exit()
