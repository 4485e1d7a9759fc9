/**
 * A package repository of `packages.glasskube.dev/v1alpha1`, as Glasskube defines it: an address that holds an
 * `index.yaml`, and how to log in there.
 *
 * @since 0.1.0
 */
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Result from "effect/Result"

/**
 * The kind.
 *
 * @category constants
 * @since 0.1.0
 */
export const kind = { apiVersion: "packages.glasskube.dev/v1alpha1", kind: "PackageRepository" } as const

/**
 * A value that stands in the object, or in a Secret of the operator's namespace.
 *
 * @category models
 * @since 0.1.0
 */
export type Value =
  | { readonly _tag: "Inline"; readonly text: string }
  | { readonly _tag: "SecretKey"; readonly name: string; readonly key: string; readonly isOptional: boolean }

/**
 * How to log in.
 *
 * @category models
 * @since 0.1.0
 */
export type Auth =
  | { readonly _tag: "None" }
  | { readonly _tag: "Basic"; readonly username: Value; readonly password: Value }
  | { readonly _tag: "Bearer"; readonly token: Value }

/**
 * What is wanted.
 *
 * @category models
 * @since 0.1.0
 */
export interface Spec {
  /** Ends with a slash, and has neither a login nor a query in it. */
  readonly url: URL
  readonly auth: Auth
}

/**
 * Reads the spec, or says in a few words what is wrong with it.
 *
 * **Example** (A login in the address)
 *
 * ```ts import.meta.vitest
 * import { Result } from "effect"
 * import * as PackageRepository from "@holdfast/operator/repository/PackageRepository"
 *
 * const object = { ...PackageRepository.kind, metadata: { name: "r" }, spec: { url: "https://ada:secret@example.org/" } }
 * const spec = PackageRepository.decode(object)
 *
 * Result.isFailure(spec) && spec.failure // => "spec.url holds a login: give it in spec.auth"
 * ```
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode = (object: KubernetesObject): Result.Result<Spec, string> => {
  const spec = record(object["spec"])
  return Result.flatMap(readUrl(spec["url"]), (url) =>
    Result.map(readAuth(record(spec["auth"])), (auth) => ({ url, auth }))
  )
}

/**
 * Whether packages that name no repository come from this one.
 *
 * @category guards
 * @since 0.1.0
 */
export const isDefault = (object: KubernetesObject): boolean =>
  object.metadata.annotations?.["packages.glasskube.dev/default-repository"] === "true"

const readUrl = (value: unknown): Result.Result<URL, string> => {
  if (typeof value !== "string" || !URL.canParse(value)) return Result.fail("spec.url is no address")
  const url = new URL(value)
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return Result.fail("spec.url must begin with https:// or http://")
  }
  if (url.username !== "" || url.password !== "") return Result.fail("spec.url holds a login: give it in spec.auth")
  if (url.search !== "" || url.hash !== "") return Result.fail("spec.url must not have a query or a fragment")
  if (!url.pathname.endsWith("/")) url.pathname += "/"
  return Result.succeed(url)
}

/** As in Glasskube: `basic` comes before `bearer`, and a value that is given inline before a reference. */
const readAuth = (auth: Fields): Result.Result<Auth, string> => {
  const basic = record(auth["basic"])
  if (auth["basic"] !== undefined) {
    return Result.flatMap(readValue(basic, "username", "spec.auth.basic"), (username) =>
      Result.map(readValue(basic, "password", "spec.auth.basic"), (password) => ({ _tag: "Basic", username, password }))
    )
  }
  return auth["bearer"] === undefined
    ? Result.succeed({ _tag: "None" })
    : Result.map(readValue(record(auth["bearer"]), "token", "spec.auth.bearer"), (token) => ({ _tag: "Bearer", token }))
}

const readValue = (fields: Fields, field: string, path: string): Result.Result<Value, string> => {
  const inline = fields[field]
  if (typeof inline === "string" && inline !== "") return Result.succeed({ _tag: "Inline", text: inline })
  const { key, name, optional } = record(fields[`${field}SecretRef`])
  return typeof name === "string" && name !== "" && typeof key === "string" && key !== ""
    ? Result.succeed({ _tag: "SecretKey", name, key, isOptional: optional === true })
    : Result.fail(`${path} needs ${field} or ${field}SecretRef with name and key`)
}

type Fields = Readonly<Record<string, unknown>>
const record = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {})
