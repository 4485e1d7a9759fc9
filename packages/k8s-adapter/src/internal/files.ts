/**
 * Files by `node:fs` and its callbacks: `node:fs/promises` loads fifteen more modules of Node's, readline and watchers
 * among them, 1.5 ms of a program's start.
 */
import * as fs from "node:fs"
import * as Effect from "effect/Effect"

type Failure = NodeJS.ErrnoException

const result =
  <A>(resume: (effect: Effect.Effect<A, Failure>) => void) =>
  (error: Failure | null, value: A) =>
    resume(error === null ? Effect.succeed(value) : Effect.fail(error))

export const readFile = (path: string): Effect.Effect<Buffer, Failure> =>
  Effect.callback<Buffer, Failure>((resume, signal) => fs.readFile(path, { signal }, result(resume)))

export const readText = (path: string): Effect.Effect<string, Failure> =>
  Effect.map(readFile(path), (bytes) => bytes.toString("utf8"))

export const stat = (path: string): Effect.Effect<fs.Stats, Failure> =>
  Effect.callback<fs.Stats, Failure>((resume) => fs.stat(path, result(resume)))

export const readFolder = (path: string): Effect.Effect<Array<string>, Failure> =>
  Effect.callback<Array<string>, Failure>((resume) => fs.readdir(path, result(resume)))

/** Whether something is there that we may see. */
export const exists = (path: string): Effect.Effect<boolean> => Effect.isSuccess(stat(path))
