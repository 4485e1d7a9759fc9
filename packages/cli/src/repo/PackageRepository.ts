/**
 * Package repositories as the command line reads and shows them: the kind `PackageRepository` of
 * `packages.glasskube.dev/v1alpha1`.
 *
 * @since 0.1.0
 */

import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Readiness from "@holdfast/k8s-adapter/Readiness"
import * as Effect from "effect/Effect"
import { needsOperator } from "../NeedsOperator.ts"
import { CommandError } from "../output/CommandError.ts"

/**
 * The kind.
 *
 * @category constants
 * @since 0.1.0
 */
export const kind = { apiVersion: "packages.glasskube.dev/v1alpha1", kind: "PackageRepository" } as const

/**
 * The annotation of the repository that packages come from which name none.
 *
 * @category constants
 * @since 0.1.0
 */
export const defaultAnnotation = "packages.glasskube.dev/default-repository"

interface Spec {
  readonly url?: string
  readonly auth?: {
    readonly basic?: Readonly<Record<string, unknown>>
    readonly bearer?: Readonly<Record<string, unknown>>
  }
}

/**
 * What is wanted, with nothing checked.
 *
 * @category getters
 * @since 0.1.0
 */
export const specOf = (repository: KubernetesObject): Spec => (repository["spec"] ?? {}) as Spec

/**
 * How a repository is logged in to: the first of the two that it has, as its controller takes it.
 *
 * @category getters
 * @since 0.1.0
 */
export const authOf = (repository: KubernetesObject): "none" | "basic" | "bearer" => {
  const { auth } = specOf(repository)
  if (auth?.basic !== undefined) return "basic"
  return auth?.bearer !== undefined ? "bearer" : "none"
}

/**
 * Whether packages that name no repository come from this one.
 *
 * @category queries
 * @since 0.1.0
 */
export const isDefault = (repository: KubernetesObject): boolean =>
  repository.metadata.annotations?.[defaultAnnotation] === "true"

/**
 * The condition `Ready` in one word and its explanation; `Unknown` while no controller has said anything.
 *
 * @category getters
 * @since 0.1.0
 */
export const readyOf = (repository: KubernetesObject): { readonly status: string; readonly message: string } => {
  const condition = Readiness.conditionOf(repository, "Ready")
  if (condition === undefined) return { status: "Unknown", message: "no controller has reported on it yet" }
  const { status, reason, message } = condition
  return { status, message: [reason, message].filter((part) => part !== "").join(": ") }
}

/**
 * Packages can be installed from it. A controller that has looked at the newest spec and says no will not say otherwise
 * soon: that is told at once.
 *
 * @category rules
 * @since 0.1.0
 */
export const ready: Readiness.Rule = {
  name: "be Ready",
  check: (object) => {
    const readiness = Readiness.hasCondition("Ready").check(object)
    const condition = object === undefined ? undefined : Readiness.conditionOf(object, "Ready")
    const isNewest =
      condition?.observedGeneration !== undefined && condition.observedGeneration === object?.metadata.generation
    return readiness._tag === "NotReady" && condition?.status === "False" && isNewest
      ? { _tag: "Never", reason: condition.reason, message: condition.message }
      : readiness
  }
}

const hidden = (fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, key === "password" || key === "token" ? "***" : value])
  )

/**
 * The object for a person's eyes: without the books of field managers, and with secrets that stand in it hidden.
 *
 * @category rendering
 * @since 0.1.0
 */
export const presentable = (repository: KubernetesObject): KubernetesObject => {
  const { managedFields: _, ...metadata } = repository.metadata
  const spec = specOf(repository)
  if (spec.auth === undefined) return { ...repository, metadata }
  const auth = Object.fromEntries(Object.entries(spec.auth).map(([key, value]) => [key, hidden(value)]))
  return { ...repository, metadata, spec: { ...spec, auth } }
}

/**
 * Reads the repositories with these names, or all of them, by name.
 *
 * @category reading
 * @since 0.1.0
 */
export const read = Effect.fnUntraced(function* (
  names: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyArray<KubernetesObject>, ClientError | CommandError, KubernetesClient> {
  const client = yield* KubernetesClient
  if (names.length > 0) {
    return yield* needsOperator(
      "PackageRepository",
      Effect.forEach([...new Set(names)], (name) => client.get({ ...kind, name }), { concurrency: 8 })
    )
  }
  const { items } = yield* needsOperator("PackageRepository", client.list(kind))
  return items.toSorted((a, b) => (a.metadata.name ?? "").localeCompare(b.metadata.name ?? ""))
})

/**
 * A package, and the repository it names; `undefined` for the default one.
 *
 * @category models
 * @since 0.1.0
 */
export interface InstalledPackage {
  readonly name: string
  readonly repository: string | undefined
}

/**
 * All installed packages; none where their kinds are not served, `undefined` where they may not be read.
 *
 * @category reading
 * @since 0.1.0
 */
export const packages: Effect.Effect<ReadonlyArray<InstalledPackage> | undefined, ClientError, KubernetesClient> =
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const lists = yield* Effect.forEach(["ClusterPackage", "Package"], (one) =>
      client.list({ apiVersion: kind.apiVersion, kind: one }).pipe(
        Effect.map(({ items }) => items),
        Effect.catchTag("UnknownKind", () => Effect.succeed([]))
      )
    )
    return lists.flat().map((each) => {
      const { packageInfo } = (each["spec"] ?? {}) as { readonly packageInfo?: { readonly repositoryName?: string } }
      const { name, namespace } = each.metadata
      return {
        name: `${namespace === undefined ? "" : `${namespace}/`}${each.kind.toLowerCase()}/${name}`,
        repository: packageInfo?.repositoryName || undefined
      }
    })
  }).pipe(Effect.catchTag("Forbidden", () => Effect.succeed(undefined)))
