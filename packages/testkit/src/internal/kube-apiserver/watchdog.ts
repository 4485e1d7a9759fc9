/**
 * Ends processes and removes a directory, whatever becomes of this process.
 *
 * A scope's finalizers do not run when the test runner is killed with SIGKILL, and an orphaned kube-apiserver would
 * stay for good. So a small shell holds the other end of a pipe: when the pipe ends, by our own doing or by our death,
 * it kills what it was told of and removes the directory. There is only this one way of cleaning up, so the way that
 * counts is the way that every test takes. Works wherever there is a POSIX shell.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtemp } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

export interface Watchdog {
  /** A private directory (mode 0700) that is removed at the end. */
  readonly directory: string
  /** Has the process killed at the end. */
  readonly watch: (pid: number) => void
  /** Forgets a process that has ended, since its number may be given to another. */
  readonly forget: (pid: number) => void
}

// A process that was killed may still write a file while the directory is being removed, hence the loop.
const script = `
pids=
while read -r verb pid; do
  rest=
  for known in $pids; do [ "$known" = "$pid" ] || rest="$rest $known"; done
  pids=$rest
  [ "$verb" = forget ] || pids="$pids $pid"
done
[ -z "$pids" ] || kill -9 $pids 2>/dev/null
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  rm -rf "$1" 2>/dev/null
  [ -e "$1" ] || exit 0
  sleep 0.1
done`

/** Starts a watchdog with a directory whose name begins with `prefix`. */
export const make = (prefix: string): Effect.Effect<Watchdog, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const directory = await mkdtemp(join(tmpdir(), prefix))
        // A group of its own: Ctrl-C on a terminal must not end it before its work is done.
        const shell = spawn("/bin/sh", ["-c", script, "holdfast-watchdog", directory], {
          cwd: "/",
          detached: true,
          stdio: ["pipe", "ignore", "ignore"]
        })
        shell.stdin.on("error", () => {})
        shell.unref()
        return { directory, shell }
      }),
      ({ shell }) => ended(shell)
    ),
    ({ directory, shell }) => ({
      directory,
      watch: (pid) => void shell.stdin.write(`watch ${pid}\n`),
      forget: (pid) => void shell.stdin.write(`forget ${pid}\n`)
    })
  )

const ended = (shell: ChildProcess): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (shell.exitCode !== null || shell.signalCode !== null) return resume(Effect.void)
    shell.ref()
    shell.once("exit", () => resume(Effect.void))
    shell.stdin?.end()
  })
