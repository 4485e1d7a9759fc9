/**
 * Package repositories in words: a table, and one in detail.
 *
 * @since 0.1.0
 */
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import { toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import { ageOf } from "../output/Age.ts"
import * as Documents from "../output/Documents.ts"
import { objectName } from "../output/Objects.ts"
import * as Table from "../output/Table.ts"
import { clean, truncate } from "../output/TextWidth.ts"
import * as PackageRepository from "./PackageRepository.ts"

/**
 * The output formats.
 *
 * @category models
 * @since 0.1.0
 */
export type Format = "table" | "wide" | "json" | "yaml" | "name" | undefined

/**
 * Renders one repository, or a list of them, for programs; `undefined` for the formats that are for people.
 *
 * @category rendering
 * @since 0.1.0
 */
export const forPrograms = (
  given: KubernetesObject | ReadonlyArray<KubernetesObject>,
  format: Format
): string | undefined => {
  const repositories = isList(given) ? given : [given]
  switch (format) {
    case "name":
      return repositories.map((each) => `${objectName(toRef(each))}\n`).join("")
    case "json": {
      const items = repositories.map(PackageRepository.presentable)
      return Documents.render(isList(given) ? { apiVersion: "v1", kind: "List", items } : items[0], "json")
    }
    case "yaml":
      return repositories.map((each) => Documents.render(PackageRepository.presentable(each), "yaml")).join("---\n")
    default:
      return undefined
  }
}

const isList = (given: KubernetesObject | ReadonlyArray<KubernetesObject>): given is ReadonlyArray<KubernetesObject> =>
  Array.isArray(given)

/**
 * A line for each repository.
 *
 * @category rendering
 * @since 0.1.0
 */
export const table = (
  repositories: ReadonlyArray<KubernetesObject>,
  options: { readonly now: number; readonly wide: boolean }
): string =>
  Table.render(
    ["NAME", "READY", "URL", "AUTH", "DEFAULT", "AGE", ...(options.wide ? ["STATUS"] : [])],
    repositories.map((each) => {
      const { status, message } = PackageRepository.readyOf(each)
      return [
        each.metadata.name ?? "",
        status,
        clean(PackageRepository.specOf(each).url ?? ""),
        PackageRepository.authOf(each),
        PackageRepository.isDefault(each) ? "yes" : "",
        ageOf(each, options.now),
        ...(options.wide ? [clean(message)] : [])
      ]
    })
  )

/** Where a value comes from; never the value. */
const origin = (fields: Readonly<Record<string, unknown>>, field: string): string => {
  if (typeof fields[field] === "string" && fields[field] !== "") return `${field} in the object itself`
  const { name, key } = (fields[`${field}SecretRef`] ?? {}) as { readonly name?: string; readonly key?: string }
  return name === undefined ? `no ${field}` : `${field} from Secret ${name}, key ${key}`
}

const login = (repository: KubernetesObject): string => {
  const { auth } = PackageRepository.specOf(repository)
  if (auth?.basic !== undefined) return `basic: ${origin(auth.basic, "username")}, ${origin(auth.basic, "password")}`
  return auth?.bearer === undefined ? "none" : `bearer: ${origin(auth.bearer, "token")}`
}

const usersOf = (
  repository: KubernetesObject,
  packages: ReadonlyArray<PackageRepository.InstalledPackage> | undefined
): string => {
  if (packages === undefined) return "may not be read"
  const users = packages.filter(
    (each) =>
      each.repository === repository.metadata.name ||
      (each.repository === undefined && PackageRepository.isDefault(repository))
  )
  const names = users.slice(0, 5).map(({ name }) => name)
  return users.length === 0 ? "none" : [...names, ...(users.length > 5 ? [`${users.length - 5} more`] : [])].join(", ")
}

/**
 * All that is known about one repository.
 *
 * @category rendering
 * @since 0.1.0
 */
export const detail = (
  repository: KubernetesObject,
  options: {
    readonly now: number
    readonly packages: ReadonlyArray<PackageRepository.InstalledPackage> | undefined
    readonly columns: number
  }
): string => {
  const { status, message } = PackageRepository.readyOf(repository)
  const rows: ReadonlyArray<readonly [string, string]> = [
    ["Name", repository.metadata.name ?? ""],
    ["URL", PackageRepository.specOf(repository).url ?? ""],
    ["Login", login(repository)],
    ["Default", PackageRepository.isDefault(repository) ? "yes" : "no"],
    ["Ready", message === "" ? status : `${status} (${message})`],
    ["Packages", usersOf(repository, options.packages)],
    ["Age", ageOf(repository, options.now)]
  ]
  return rows.map(([name, text]) => `${truncate(`${name.padEnd(10)}${clean(text)}`, options.columns)}\n`).join("")
}
