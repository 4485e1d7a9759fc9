/**
 * Builds the Go module of this package, once for a user.
 */
import { spawn } from "node:child_process"
import { mkdir, open, readFile, rename, rm } from "node:fs/promises"
import { constants, setPriority } from "node:os"
import { basename, dirname, join } from "node:path"
import { createInterface } from "node:readline"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Watchdog from "./watchdog.ts"

/** `go build` said no; its last words are in `detail`. */
export class BuildFailed extends Data.TaggedError("BuildFailed")<{
  readonly program: string
  readonly detail: string
}> {
  override get message(): string {
    return `building ${this.program} failed: ${this.detail}`
  }
}

export interface Options {
  /** The folder of go.mod; each program is a folder in it. */
  readonly module: string
  readonly into: string
  /** Of Kubernetes, for the programs to tell. */
  readonly version: string
  readonly isBuilt: () => boolean
}

const programs = ["etcd", "kubectl", "kube-apiserver"]

/**
 * Builds all programs in a folder of their own and moves it to its place when all are done, so that what an
 * interrupted build has left is never taken for a program.
 */
export const build = (options: Options): Effect.Effect<void, BuildFailed> =>
  Effect.scoped(
    Effect.gen(function* () {
      yield* lock(`${options.into}.lock`)
      if (options.isBuilt()) return
      yield* say(
        `building kube-apiserver ${options.version} into ${options.into}, once; about ten minutes on two cores`
      )
      const unfinished = `${options.into}.unfinished`
      yield* Effect.promise(() => rm(unfinished, { recursive: true, force: true }))
      const watchdog = yield* Watchdog.make("holdfast-build-")
      for (const program of programs) yield* compile(watchdog, program, join(unfinished, program), options)
      yield* Effect.promise(() => rm(options.into, { recursive: true, force: true }))
      yield* Effect.promise(() => rename(unfinished, options.into))
    })
  )

const say = (text: string) => Console.error(`holdfast: ${text}`)

const compile = Effect.fnUntraced(function* (
  watchdog: Watchdog.Watchdog,
  program: string,
  output: string,
  options: Options
) {
  const began = yield* Clock.currentTimeMillis
  const seconds = Effect.map(Clock.currentTimeMillis, (now) => Math.round((now - began) / 1000))
  const [major, minor] = options.version.slice(1).split(".")
  const set = (name: string, value: string | undefined) => `-X k8s.io/component-base/version.${name}=${value}`
  const flags = ["-s -w", set("gitVersion", options.version), set("gitMajor", major), set("gitMinor", minor)]
  const lines: Array<string> = []
  const run = Effect.callback<number | null>((resume) => {
    const child = spawn(
      "go",
      ["build", "-v", "-trimpath", "-buildvcs=false", `-ldflags=${flags.join(" ")}`, "-o", output, `./${program}`],
      { cwd: options.module, stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, GOTOOLCHAIN: "local" } }
    )
    const pid = child.pid
    if (pid !== undefined) {
      watchdog.watch(pid)
      setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
    }
    createInterface(child.stderr).on("line", (line) => lines.push(line))
    child.once("error", (error) => {
      lines.push(error.message)
      resume(Effect.succeed(null))
    })
    child.once("close", (code) => {
      if (pid !== undefined) watchdog.forget(pid)
      resume(Effect.succeed(code))
    })
    return Effect.sync(() => child.kill("SIGKILL"))
  })
  const progress = Effect.repeat(
    Effect.flatMap(seconds, (s) => say(`${program}: ${lines.length} packages compiled in ${s} s …`)),
    Schedule.spaced("15 seconds")
  )
  const code = yield* Effect.raceFirst(
    run,
    Effect.andThen(Effect.sleep("15 seconds"), Effect.andThen(progress, Effect.never))
  )
  if (code !== 0) return yield* new BuildFailed({ program, detail: lines.slice(-5).join("\n") })
  yield* say(`${program}: built in ${yield* seconds} s`)
})

/**
 * Holds a lock file with this process's number in it. A lock whose process is gone does not count. That two processes
 * build at once can still happen, when both find such a lock in the same instant; it costs time and nothing else.
 */
const lock = (file: string): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.gen(function* () {
        yield* Effect.promise(() => mkdir(dirname(file), { recursive: true }))
        let told = false
        while (!(yield* tryLock(file))) {
          if (!told) yield* say(`waiting for another build (${basename(file)})`)
          told = true
          yield* Effect.sleep("1 second")
        }
      }),
      () => Effect.promise(() => rm(file, { force: true })),
      { interruptible: true }
    )
  )

const tryLock = (file: string): Effect.Effect<boolean> =>
  Effect.promise(async () => {
    const handle = await open(file, "wx").catch(() => undefined)
    if (handle !== undefined) {
      await handle.writeFile(`${process.pid}\n`)
      await handle.close()
      return true
    }
    const holder = Number(await readFile(file, "utf8").catch(() => ""))
    if (holder > 0 && !isAlive(holder)) await rm(file, { force: true })
    return false
  })

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}
