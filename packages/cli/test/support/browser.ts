import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]

/** A Chromium of this machine; `undefined` where there is none. */
export const browser: string | undefined = [process.env["CHROME_PATH"] ?? "", ...names].find(
  (name) => name !== "" && spawnSync(name, ["--version"]).status === 0
)

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly result?: Record<string, unknown>
  readonly error?: { readonly message: string }
}

export interface Tab {
  readonly send: (method: string, params?: Record<string, unknown>) => Effect.Effect<Record<string, unknown>>
  /** What an expression gives in the page. */
  readonly evaluate: (expression: string) => Effect.Effect<unknown>
  /** What the browser told: console lines, exceptions, requests. */
  readonly told: ReadonlyArray<Message>
}

/** A page in a headless Chromium, over its DevTools protocol. */
export const open = Effect.fnUntraced(function* (url: string, program: string) {
  const profile = mkdtempSync(join(tmpdir(), "holdfast-browser-"))
  const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(program, [...flags, "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"], {
        stdio: ["ignore", "ignore", "pipe"]
      })
    ),
    (child) =>
      Effect.promise(async () => {
        const ended = new Promise((resolve) => child.once("exit", resolve))
        child.kill("SIGKILL")
        await ended
        rmSync(profile, { recursive: true, force: true, maxRetries: 10 })
      })
  )
  const address = yield* Effect.callback<string>((resume) => {
    let said = ""
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text
      const found = /DevTools listening on ws:\/\/([^/]+)/.exec(said)
      if (found !== null) resume(Effect.succeed(found[1] as string))
    })
  })
  const pages = yield* Effect.promise(async () => (await fetch(`http://${address}/json/list`)).json())
  const target = (pages as ReadonlyArray<{ type: string; webSocketDebuggerUrl: string }>).find(
    ({ type }) => type === "page"
  )
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? "")
  yield* Effect.callback<void>((resume) => {
    socket.onopen = () => resume(Effect.void)
  })
  yield* Effect.addFinalizer(() => Effect.sync(() => socket.close()))
  const told: Array<Message> = []
  const waiting = new Map<number, (message: Message) => void>()
  const heard = new Set<(message: Message) => void>()
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(String(data)) as Message
    if (message.id !== undefined) waiting.get(message.id)?.(message)
    else told.push(message)
    for (const hear of heard) hear(message)
  }
  let last = 0
  const send: Tab["send"] = (method, params = {}) =>
    Effect.callback((resume) => {
      const id = ++last
      waiting.set(id, ({ result, error }) =>
        resume(error === undefined ? Effect.succeed(result ?? {}) : Effect.die(`${method}: ${error.message}`))
      )
      socket.send(JSON.stringify({ id, method, params }))
    })
  for (const domain of ["Page", "Network", "Runtime", "Log"]) yield* send(`${domain}.enable`)
  const loaded = Effect.callback<void>((resume) => {
    const hear = ({ method }: Message) => {
      if (method !== "Page.loadEventFired") return
      heard.delete(hear)
      resume(Effect.void)
    }
    heard.add(hear)
  })
  yield* Effect.all([loaded, send("Page.navigate", { url })], { concurrency: 2 })
  const evaluate: Tab["evaluate"] = (expression) =>
    Effect.map(
      send("Runtime.evaluate", { expression, returnByValue: true }),
      ({ result }) => (result as { readonly value?: unknown }).value
    )
  const tab: Tab = { send, evaluate, told }
  return tab
})
