/**
 * Keeps what a command tells, and writes it as a report when the command has ended, in whatever way.
 *
 * @since 0.1.0
 */
import { type FileHandle, open as openFile } from "node:fs/promises"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { CommandError } from "../output/CommandError.ts"
import type { Shape } from "../output/Progress.ts"
import { version } from "../Version.ts"
import * as Page from "./Page.ts"
import * as RunRecord from "./RunRecord.ts"

/**
 * How a command ended.
 *
 * @category models
 * @since 0.1.0
 */
export interface Ending {
  readonly exitCode: number
  readonly error: string | undefined
}

/**
 * A report that is being made.
 *
 * @category models
 * @since 0.1.0
 */
export interface Recorder {
  /** Keeps what is told, and passes it on. */
  readonly listen: (progress: Shape) => Shape
  readonly finish: (ending: Ending) => Effect.Effect<void, CommandError>
}

const cannotWrite = (file: string, error: NodeJS.ErrnoException) =>
  new CommandError({
    exit: "cannotCreate",
    detail: `the report ${file} cannot be written (${error.code ?? error.message})`,
    hint: "Give --report a file in a folder that exists and that you may write to"
  })

const attempt = <A>(file: string, run: () => Promise<A>) =>
  Effect.tryPromise({ try: run, catch: (error) => cannotWrite(file, error as NodeJS.ErrnoException) })

/** Replaces the content, and leaves a device as it is. */
const write = async (handle: FileHandle, page: string) => {
  if ((await handle.stat()).isFile()) await handle.truncate()
  await handle.writeFile(page)
  await handle.close()
}

/**
 * Opens the file, before anything else is done: a report that cannot be written is told while nothing has changed. What
 * is in the file stays there until the report is whole.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = (file: string, title: string): Effect.Effect<Recorder, CommandError> =>
  Effect.gen(function* () {
    const handle = yield* attempt(file, () => openFile(file, "a"))
    const began = yield* Clock.currentTimeMillis
    const told: Array<RunRecord.Told> = []
    const elapsed = Effect.map(Clock.currentTimeMillis, (now) => now - began)
    return {
      listen: ({ tell }) => ({
        tell: (event) =>
          Effect.andThen(
            Effect.map(elapsed, (at) => void told.push({ at, event })),
            tell(event)
          )
      }),
      finish: ({ exitCode, error }) =>
        Effect.flatMap(elapsed, (duration) => {
          const record = RunRecord.make(told, duration)
          const page = Page.render({ title, version, began: new Date(began), duration, exitCode, error, record })
          return attempt(file, () => write(handle, page))
        })
    }
  })
