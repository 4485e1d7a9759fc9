/**
 * The login at a package repository, gathered from the object and from Secrets of the operator's namespace.
 *
 * Whoever may write a PackageRepository chooses the Secret and where it is sent. So only Secrets that can be meant for
 * this are read: none that hold keys of certificates or tokens of service accounts, the operator's own least of all.
 *
 * @since 0.1.0
 */
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Auth, Value } from "./PackageRepository.ts"

/**
 * The login cannot be put together.
 *
 * @category errors
 * @since 0.1.0
 */
export class LoginError extends Data.TaggedError("LoginError")<{
  readonly secret: string
  /** The end of a sentence that begins with the Secret; nothing of what it holds. */
  readonly problem: string
}> {
  override get message(): string {
    return `the Secret ${this.secret} ${this.problem}`
  }
}

/**
 * Makes the value of the `Authorization` header; `undefined` where no login is asked for.
 *
 * @category constructors
 * @since 0.1.0
 */
export const authorization = (
  auth: Auth,
  namespace: string
): Effect.Effect<Redacted.Redacted | undefined, LoginError | ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    if (auth._tag === "None") return undefined
    if (auth._tag === "Bearer") return Redacted.make(`Bearer ${yield* resolve(auth.token, namespace)}`)
    const login = `${yield* resolve(auth.username, namespace)}:${yield* resolve(auth.password, namespace)}`
    return Redacted.make(`Basic ${Buffer.from(login).toString("base64")}`)
  })

const resolve = Effect.fnUntraced(function* (value: Value, namespace: string) {
  if (value._tag === "Inline") return value.text
  const { isOptional, key, name } = value
  const client = yield* KubernetesClient
  const fail = (problem: string) => Effect.fail(new LoginError({ secret: `${namespace}/${name}`, problem }))
  const secret = yield* client
    .get({ apiVersion: "v1", kind: "Secret", name, namespace })
    .pipe(Effect.catchTag("NotFound", () => Effect.undefined))
  if (secret === undefined) return isOptional ? "" : yield* fail("does not exist")
  const type = secret["type"] ?? "Opaque"
  if (type !== "Opaque" && type !== "kubernetes.io/basic-auth") {
    return yield* fail(`is of type ${String(type)}: a login is read from Opaque and kubernetes.io/basic-auth only`)
  }
  const encoded = ((secret["data"] ?? {}) as Readonly<Record<string, unknown>>)[key]
  if (typeof encoded !== "string") return isOptional ? "" : yield* fail(`has no key ${key}`)
  // Editors and `kubectl create secret --from-file` leave a newline behind.
  const text = Buffer.from(encoded, "base64")
    .toString("utf8")
    .replace(/\r?\n$/, "")
  if (text.includes("PRIVATE KEY") || hasControl(text)) return yield* fail(`has no login at ${key}`)
  return text
})

const hasControl = (text: string): boolean => [...text].some((char) => char < " " || char === "\u007f")
