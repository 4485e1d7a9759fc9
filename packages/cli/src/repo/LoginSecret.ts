/**
 * The Secret that holds a repository's login: where it has to be, and how it comes and goes with the repository.
 *
 * @since 0.1.0
 */
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject, ObjectRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { listOf, part, textOf } from "../input/Json.ts"
import { CommandError } from "../output/CommandError.ts"
import { type Existing, type Given, secretNameOf } from "./Login.ts"

const validates = (entry: unknown): boolean =>
  listOf(part(entry, "rules")).some(
    (rule) =>
      listOf(part(rule, "apiGroups")).includes("packages.glasskube.dev") &&
      listOf(part(rule, "resources")).includes("packagerepositories")
  )

/**
 * The namespace of the package operator, which is where it reads logins: that of the Service which validates
 * repositories.
 *
 * @category reading
 * @since 0.1.0
 */
export const operatorNamespace = Effect.fnUntraced(function* (
  wanted: string | undefined
): Effect.fn.Return<string, ClientError | CommandError, KubernetesClient> {
  if (wanted !== undefined) return wanted
  const client = yield* KubernetesClient
  const { items } = yield* client
    .list({ apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingWebhookConfiguration" })
    .pipe(Effect.catchTag("Forbidden", () => Effect.succeed({ items: [] })))
  const namespaces = items
    .flatMap((configuration) => listOf(configuration["webhooks"]))
    .filter(validates)
    .map((entry) => textOf(part(entry, "clientConfig", "service", "namespace")))
    .filter((namespace) => namespace !== "")
  const [namespace] = namespaces
  if (namespace !== undefined && new Set(namespaces).size === 1) return namespace
  return yield* new CommandError({
    exit: "failure",
    detail:
      namespace === undefined
        ? "cannot tell in which namespace the package operator reads Secrets: no webhook configuration for package repositories was found"
        : `cannot tell in which namespace the package operator reads Secrets: ${[...new Set(namespaces)].join(" or ")}`,
    hint: "Name it with --secret-namespace."
  })
})

const valuesOf = ({ scheme, username, secret }: Given): Readonly<Record<string, string>> =>
  scheme === "bearer"
    ? { token: Redacted.value(secret) }
    : { username: username ?? "", password: Redacted.value(secret) }

/**
 * The Secret for a login. One that has the repository for its owner is collected with it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  login: Given,
  namespace: string,
  repository: KubernetesObject,
  owner: { readonly uid: string } | undefined
): KubernetesObject => {
  const { apiVersion, kind, metadata } = repository
  const name = metadata.name ?? ""
  return {
    apiVersion: "v1",
    kind: "Secret",
    type: "Opaque",
    metadata: {
      name: secretNameOf(name),
      namespace,
      ...(owner === undefined ? {} : { ownerReferences: [{ apiVersion, kind, name, uid: owner.uid }] })
    },
    data: Object.fromEntries(
      Object.entries(valuesOf(login)).map(([key, value]) => [key, Buffer.from(value).toString("base64")])
    )
  }
}

/**
 * Fails when a Secret that should be there is not, or lacks a key. Who may not read it is believed.
 *
 * @category checks
 * @since 0.1.0
 */
export const check = Effect.fnUntraced(function* (
  { scheme, secret }: Existing,
  namespace: string
): Effect.fn.Return<void, ClientError | CommandError, KubernetesClient> {
  const client = yield* KubernetesClient
  const keys = scheme === "basic" ? ["username", "password"] : ["token"]
  const refuse = (problem: string) =>
    new CommandError({
      exit: "badInput",
      detail: `Secret ${namespace}/${secret} ${problem}`,
      hint: `It has to hold ${keys.join(" and ")}, in the namespace of the package operator.`
    })
  yield* client.get({ apiVersion: "v1", kind: "Secret", namespace, name: secret }).pipe(
    Effect.flatMap((live) => {
      const missing = keys.find((key) => textOf(part(live, "data", key)) === "")
      return missing === undefined ? Effect.void : Effect.fail(refuse(`has no key ${missing}`))
    }),
    Effect.catchTags({
      NotFound: () => Effect.fail(refuse("does not exist")),
      Forbidden: () => Effect.void
    })
  )
})

/**
 * Deletes the Secret that was made for a repository, if there is one.
 *
 * @category operations
 * @since 0.1.0
 */
export const remove = Effect.fnUntraced(function* (
  repository: KubernetesObject,
  namespace: string
): Effect.fn.Return<void, ClientError, KubernetesClient> {
  const client = yield* KubernetesClient
  const ref: ObjectRef = {
    apiVersion: "v1",
    kind: "Secret",
    namespace,
    name: secretNameOf(repository.metadata.name ?? "")
  }
  yield* client.delete(ref).pipe(
    Effect.asVoid,
    Effect.catchTag("NotFound", () => Effect.void)
  )
})
