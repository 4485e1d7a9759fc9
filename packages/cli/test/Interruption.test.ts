import * as net from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { bundle, start, temporaryFile } from "./support/bundle.ts"
import { firstInterruption, interruption } from "./support/interruption.ts"
import { servers } from "./support/operator.ts"

interruption(servers.embedded, 800, 5)
firstInterruption(servers.embedded)

/** A server that accepts connections and never says a word; counts them. */
const silent = Effect.acquireRelease(
  Effect.callback<{ readonly server: net.Server; readonly accepted: () => number }>((resume) => {
    let accepted = 0
    const server = net.createServer(() => accepted++)
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed({ server, accepted: () => accepted })))
  }),
  ({ server }) => Effect.sync(() => server.close())
)

describe("a command that waits for others", () => {
  it.live(
    "stops at once at Ctrl-C and at SIGTERM, with their exit codes",
    () =>
      Effect.gen(function* () {
        const { server, accepted } = yield* silent
        const { port } = server.address() as net.AddressInfo
        const context = { name: "silent", context: { cluster: "silent", user: "silent" } }
        const kubeconfig = temporaryFile(
          "kubeconfig",
          JSON.stringify({
            "current-context": "silent",
            contexts: [context],
            clusters: [{ name: "silent", cluster: { server: `https://127.0.0.1:${port}` } }],
            users: [{ name: "silent", user: { token: "any" } }]
          })
        )
        const configMap = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"
        const manifest = temporaryFile("a.yaml", configMap)
        const rows: ReadonlyArray<{ readonly words: ReadonlyArray<string>; readonly connects: boolean }> = [
          { words: ["apply", "-f", "-"], connects: false },
          { words: ["apply", "-f", manifest], connects: true },
          { words: ["bootstrap", "--yes", "-f", manifest], connects: true },
          { words: ["bootstrap", "--yes", "--url", `http://127.0.0.1:${port}/operator.yaml`], connects: true },
          { words: ["version"], connects: true },
          { words: ["explain"], connects: false }
        ]
        const ctrlC = ["SIGINT", 130] as const
        const term = ["SIGTERM", 143] as const
        for (const { words, connects } of rows) {
          for (const [signal, code] of words[0] === "version" ? [ctrlC, term] : [ctrlC]) {
            const before = accepted()
            const { child, ended } = start(bundle(), words, { KUBECONFIG: kubeconfig })
            // It waits once it has connected; of one that only reads, a second has to do.
            if (connects) {
              const connected = Effect.suspend(() => (accepted() > before ? Effect.void : Effect.fail("not yet")))
              yield* Effect.retry(connected, { times: 200, schedule: Schedule.spaced("50 millis") })
            } else yield* Effect.sleep("1 second")
            const sent = performance.now()
            child.kill(signal)
            const ran = yield* Effect.promise(() => ended)
            const told = `${words.slice(0, 3).join(" ")} at ${signal}: ${ran.stderr}`
            assert.strictEqual(ran.code, code, told)
            assert.isBelow(performance.now() - sent, 1000, told)
            assert.notMatch(ran.stderr, /\n +at /, told)
          }
        }
      }).pipe(Effect.scoped),
    60_000
  )
})
