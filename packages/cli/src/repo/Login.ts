/**
 * From the login flags to what stands in a repository's `spec.auth`, and to the Secret that it refers to.
 *
 * @since 0.1.0
 */
import { readFile } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Values } from "../commandline/Flag.ts"
import type { loginFlags } from "../commands/repo/LoginFlags.ts"
import type { Host } from "../Host.ts"
import { CommandError } from "../output/CommandError.ts"

/**
 * A login as the flags ask for it.
 *
 * - `Unchanged`: nothing was said about it
 * - `None`: there is to be none
 * - `Existing`: the Secret is there already
 * - `Given`: the Secret is to be made from these values
 *
 * @category models
 * @since 0.1.0
 */
export type Login = { readonly _tag: "Unchanged" } | None | Existing | Given

/**
 * There is to be no login.
 *
 * @category models
 * @since 0.1.0
 */
export interface None {
  readonly _tag: "None"
}

/**
 * The login stands in a Secret that is there already.
 *
 * @category models
 * @since 0.1.0
 */
export interface Existing {
  readonly _tag: "Existing"
  readonly scheme: Scheme
  readonly secret: string
}

/**
 * A Secret is to be made from these values.
 *
 * @category models
 * @since 0.1.0
 */
export interface Given {
  readonly _tag: "Given"
  readonly scheme: Scheme
  readonly username: string | undefined
  readonly secret: Redacted.Redacted
}

/**
 * The ways to log in.
 *
 * @category models
 * @since 0.1.0
 */
export type Scheme = "basic" | "bearer"

type FlagValues = Values<typeof loginFlags>

const usage = (detail: string) => Effect.fail(new CommandError({ exit: "usage", detail }))
const badInput = (detail: string, hint?: string) =>
  Effect.fail(new CommandError({ exit: "badInput", detail, ...(hint === undefined ? {} : { hint }) }))

/** Nobody's password is longer; what is, is the wrong file. */
const longest = 64 * 1024

const decode = Effect.fnUntraced(function* (
  bytes: Uint8Array,
  where: string
): Effect.fn.Return<Redacted.Redacted, CommandError> {
  if (bytes.length > longest)
    return yield* badInput(`${where} holds more than ${longest / 1024} KiB: that is no password`)
  const text = yield* Effect.try({
    try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
    catch: () => new CommandError({ exit: "badInput", detail: `${where} is not UTF-8 text` })
  })
  // Editors and echo end a file with a line break, which is no part of the password.
  const value = text.replace(/\r?\n$/, "")
  if (value === "") return yield* badInput(`${where} is empty, where the password should be`)
  if (/[\r\n]/.test(value)) return yield* badInput(`${where} holds more than one line, and a password has one`)
  return Redacted.make(value)
})

const fromStdin = (host: Host): Effect.Effect<Redacted.Redacted, CommandError> => {
  if (host.stdin.isTerminal()) {
    return usage("--password-stdin reads from a pipe or a file: on a terminal the password would be seen")
  }
  const collect = Effect.promise(async () => {
    const chunks: Array<Uint8Array> = []
    let length = 0
    for await (const chunk of host.stdin.bytes()) {
      chunks.push(chunk)
      length += chunk.length
      if (length > longest) break
    }
    return Buffer.concat(chunks)
  })
  return Effect.flatMap(collect, (bytes) => decode(bytes, "standard input"))
}

const fromFile = (file: string): Effect.Effect<Redacted.Redacted, CommandError> =>
  Effect.tryPromise({
    try: () => readFile(file),
    catch: (error) => {
      const code = (error as NodeJS.ErrnoException).code ?? ""
      const problem = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`
      return new CommandError({ exit: "badInput", detail: `--password-file ${file}: ${problem}` })
    }
  }).pipe(Effect.flatMap((bytes) => decode(bytes, file)))

const fromEnvironment = (variable: string, host: Host): Effect.Effect<Redacted.Redacted, CommandError> => {
  const value = host.env[variable]
  return value === undefined
    ? badInput(`--password-env: the variable ${variable} is not set`, "Export it, or name another one.")
    : decode(new TextEncoder().encode(value), `the variable ${variable}`)
}

const sources = ["passwordStdin", "passwordFile", "passwordEnv", "authSecret"] as const
const names = {
  passwordStdin: "--password-stdin",
  passwordFile: "--password-file",
  passwordEnv: "--password-env",
  authSecret: "--auth-secret"
} as const

/**
 * Reads the flags, and the password from where they say.
 *
 * @category reading
 * @since 0.1.0
 */
export const read = Effect.fnUntraced(function* (flags: FlagValues, host: Host): Effect.fn.Return<Login, CommandError> {
  const given = sources.filter((one) => flags[one] !== undefined && flags[one] !== false)
  const [source] = given
  if (given.length > 1) return yield* usage(`${given.map((one) => names[one]).join(" and ")} exclude each other`)
  const wanted = flags.auth ?? (flags.username === undefined ? undefined : "basic")
  if (wanted === undefined) {
    if (source === undefined) return { _tag: "Unchanged" }
    return yield* usage(`${names[source]} needs --username, or --auth bearer`)
  }
  if (wanted === "none") {
    const extra = flags.username !== undefined ? "--username" : source === undefined ? undefined : names[source]
    return extra === undefined ? { _tag: "None" } : yield* usage(`--auth none excludes ${extra}`)
  }
  if (wanted === "bearer" && flags.username !== undefined) return yield* usage("--auth bearer has no --username")
  if (source === undefined) {
    return yield* usage(
      `--auth ${wanted} needs a ${wanted === "basic" ? "password" : "token"}: --password-stdin, --password-file or --password-env, or a Secret that has it: --auth-secret`
    )
  }
  if (source === "authSecret") {
    return flags.username === undefined
      ? { _tag: "Existing", scheme: wanted, secret: flags.authSecret as string }
      : yield* usage("--auth-secret excludes --username: the Secret has it, under the key username")
  }
  if (wanted === "basic" && flags.username === undefined) return yield* usage("--auth basic needs --username")
  const secret =
    source === "passwordStdin"
      ? yield* fromStdin(host)
      : source === "passwordFile"
        ? yield* fromFile(flags.passwordFile as string)
        : yield* fromEnvironment(flags.passwordEnv as string, host)
  return { _tag: "Given", scheme: wanted, username: flags.username, secret }
})

/**
 * The name of the Secret that is made for a repository.
 *
 * @category getters
 * @since 0.1.0
 */
export const secretNameOf = (repository: string): string => `${repository}-repository-login`

/**
 * What stands in the spec for a login.
 *
 * @category conversions
 * @since 0.1.0
 */
export const authOf = (login: Existing | Given, repository: string): Readonly<Record<string, unknown>> => {
  const name = login._tag === "Existing" ? login.secret : secretNameOf(repository)
  const at = (key: string) => ({ name, key })
  return login.scheme === "basic"
    ? { basic: { usernameSecretRef: at("username"), passwordSecretRef: at("password") } }
    : { bearer: { tokenSecretRef: at("token") } }
}

/**
 * A merge patch that leaves nothing of another login: neither the other scheme nor values that stand in the object.
 *
 * @category conversions
 * @since 0.1.0
 */
export const authPatchOf = (login: Existing | Given | None, repository: string): unknown => {
  if (login._tag === "None") return null
  const { basic, bearer } = authOf(login, repository) as { readonly basic?: object; readonly bearer?: object }
  return {
    basic: basic === undefined ? null : { ...basic, username: null, password: null },
    bearer: bearer === undefined ? null : { ...bearer, token: null }
  }
}
