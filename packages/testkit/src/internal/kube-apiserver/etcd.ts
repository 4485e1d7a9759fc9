/**
 * An etcd of one member that forgets everything, on Unix sockets: no port to race for, nobody else to connect.
 */
import { request } from "node:http"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as ChildProcess from "./childProcess.ts"
import { NoResponse } from "./https.ts"
import { untilReady } from "./instance.ts"
import type { Watchdog } from "./watchdog.ts"

interface Etcd {
  /** For `--etcd-servers`. */
  readonly endpoint: string
  /** Drops the history of all objects, as a kube-apiserver does every five minutes. */
  readonly compact: Effect.Effect<void, NoResponse>
}

export const make = Effect.fnUntraced(function* (watchdog: Watchdog, program: string, logFile: string) {
  const socket = join(watchdog.directory, "etcd.sock")
  const client = `unix://${socket}`
  const peer = `unix://${join(watchdog.directory, "peer.sock")}`
  const nowhere = "http://127.0.0.1:2380"
  const process = yield* ChildProcess.start(watchdog, program, {
    arguments: [
      "--name=etcd",
      `--data-dir=${join(watchdog.directory, "etcd")}`,
      "--unsafe-no-fsync",
      // Alone, a member has nobody to wait for: the usual second before an election is lost time.
      "--heartbeat-interval=10",
      "--election-timeout=100",
      `--listen-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      // What is advertised is for other members, of which there are none; before 3.7 it had to name a host and port.
      `--advertise-client-urls=${nowhere}`,
      `--initial-advertise-peer-urls=${nowhere}`,
      `--initial-cluster=etcd=${nowhere}`
    ],
    logFile
  })
  yield* untilReady(
    "etcd",
    process,
    logFile,
    Effect.map(ask(socket, "GET", "/health"), (answer) => answer.includes(`"health":"true"`))
  )
  return {
    endpoint: client,
    compact: Effect.gen(function* () {
      const status: { readonly header: { readonly revision: string } } = JSON.parse(
        yield* ask(socket, "POST", "/v3/maintenance/status", {})
      )
      yield* ask(socket, "POST", "/v3/kv/compaction", { revision: status.header.revision, physical: true })
    })
  } satisfies Etcd
})

const ask = (socketPath: string, method: string, path: string, body?: object): Effect.Effect<string, NoResponse> =>
  Effect.callback((resume) => {
    const fail = (cause: Error) => resume(Effect.fail(new NoResponse({ url: `unix://${socketPath}${path}`, cause })))
    request({ socketPath, method, path }, (response) => {
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (chunk: string) => {
        text += chunk
      })
      response.once("end", () => resume(Effect.succeed(text)))
    })
      .once("error", fail)
      .end(body === undefined ? undefined : JSON.stringify(body))
  })
