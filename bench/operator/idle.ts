/**
 * What an operator costs that has nothing to do: the one that leads, with its own certificate and one package repository.
 */
import { Effect } from "effect"
import { cluster, operator } from "./lab.ts"

/** Memory in MB after a rotation is over, and CPU in percent of a core over so many seconds; `words` are as in the lab. */
export const idle = Effect.fnUntraced(function* (seconds: number, words?: ReadonlyArray<string>) {
  const { apply, server } = yield* cluster()
  const process = yield* operator(server.kubeconfig, words)
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
  return { memory: process.memory().now, cpu }
}, Effect.scoped)
