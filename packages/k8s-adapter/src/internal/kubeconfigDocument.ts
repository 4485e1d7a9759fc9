/**
 * Kubeconfig files as data: found by client-go's rules, read, and merged ("the first file to set a particular value or
 * map key wins", kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig).
 */
import { homedir } from "node:os"
import { delimiter, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { KubeconfigError } from "../KubeconfigError.ts"
import * as KubernetesYaml from "../KubernetesYaml.ts"
import * as Files from "./files.ts"

/** One named cluster, user or context, with the file it comes from; `undefined` for a text that was handed over. */
export interface Entry {
  readonly name: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly file: string | undefined
}

type Section = "clusters" | "users" | "contexts"

export interface KubeconfigDocument {
  /** What was read, for messages. */
  readonly source: string
  readonly currentContext: string | undefined
  readonly clusters: ReadonlyMap<string, Entry>
  readonly users: ReadonlyMap<string, Entry>
  readonly contexts: ReadonlyMap<string, Entry>
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The files to read: one that must exist, or a list in which missing ones do not matter. */
export const files = (
  path: string | undefined,
  environment: Environment
): { readonly paths: ReadonlyArray<string>; readonly explicit: boolean } => {
  if (path !== undefined && path !== "") return { paths: [path], explicit: true }
  const listed = (environment["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "")
  return { paths: listed.length > 0 ? listed : [join(homedirOf(environment), ".kube", "config")], explicit: false }
}

const homedirOf = (environment: Environment): string => environment["HOME"] ?? environment["USERPROFILE"] ?? homedir()

/** Reads and merges files; `undefined` when none of them exists or says anything. */
export const readFiles = Effect.fnUntraced(function* (paths: ReadonlyArray<string>, explicit: boolean) {
  const texts = yield* Effect.forEach(paths, (path) => read(path, explicit), { concurrency: 8 })
  const documents: Array<KubeconfigDocument> = []
  for (const [index, path] of paths.entries()) {
    const text = texts[index]
    const document = text === undefined ? undefined : yield* parse(text, path)
    if (document !== undefined) documents.push(document)
  }
  return documents.length === 0 ? undefined : merge(documents)
})

const read = (path: string, explicit: boolean): Effect.Effect<string | undefined, KubeconfigError> =>
  Effect.catch(Files.readText(path), (error) =>
    error.code === "ENOENT" && !explicit
      ? Effect.succeed(undefined)
      : Effect.fail(
          new KubeconfigError({
            reason: error.code === "ENOENT" ? "missing" : "unreadable",
            path,
            detail: error.code === "ENOENT" ? "there is no such file" : `it cannot be read (${error.code})`,
            hint:
              error.code === "ENOENT"
                ? "Check the path that --kubeconfig or KUBECONFIG gives."
                : "Check that it is a file and that you may read it."
          })
        )
  )

/** Parses one text; an empty one is `undefined`, as client-go takes it for a kubeconfig that says nothing. */
export const parse = (
  text: string,
  file: string | undefined
): Effect.Effect<KubeconfigDocument | undefined, KubeconfigError> =>
  Effect.fromResult(
    Result.gen(function* () {
      const documents = yield* Result.mapError(KubernetesYaml.parse(text), (problem) =>
        malformed(file, `line ${problem.line} is not valid YAML`)
      )
      const value = documents.find((document) => document.value !== null)?.value
      if (value === undefined) return undefined
      if (!isRecord(value)) return yield* Result.fail(malformed(file, "it is not a YAML mapping"))
      if (value["kind"] !== undefined && value["kind"] !== "Config") {
        return yield* Result.fail(malformed(file, `it is a ${String(value["kind"])}, not a Config`))
      }
      const currentContext = value["current-context"]
      return {
        source: file ?? "text",
        currentContext: typeof currentContext === "string" && currentContext !== "" ? currentContext : undefined,
        clusters: yield* entries(value, "clusters", "cluster", file),
        users: yield* entries(value, "users", "user", file),
        contexts: yield* entries(value, "contexts", "context", file)
      }
    })
  )

const entries = (
  value: Readonly<Record<string, unknown>>,
  section: Section,
  inner: string,
  file: string | undefined
): Result.Result<ReadonlyMap<string, Entry>, KubeconfigError> => {
  const list = value[section] ?? []
  if (!Array.isArray(list)) return Result.fail(malformed(file, "it is not a list", section))
  const found = new Map<string, Entry>()
  for (const [index, item] of list.entries()) {
    const name: unknown = isRecord(item) ? item["name"] : undefined
    const fields: unknown = isRecord(item) ? (item[inner] ?? {}) : undefined
    if (typeof name !== "string" || !isRecord(fields)) {
      return Result.fail(
        malformed(file, `it needs a "name" and a "${inner}" with fields of its own`, `${section}[${index}]`)
      )
    }
    if (found.has(name)) return Result.fail(malformed(file, `"${name}" stands in it twice`, section))
    found.set(name, { name, fields, file })
  }
  return Result.succeed(found)
}

const merge = (documents: ReadonlyArray<KubeconfigDocument>): KubeconfigDocument => {
  const firstWins = (section: Section) => new Map(documents.toReversed().flatMap((document) => [...document[section]]))
  return {
    source: documents.map((document) => document.source).join(delimiter),
    currentContext: documents.find((document) => document.currentContext !== undefined)?.currentContext,
    clusters: firstWins("clusters"),
    users: firstWins("users"),
    contexts: firstWins("contexts")
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const malformed = (path: string | undefined, detail: string, field?: string): KubeconfigError =>
  new KubeconfigError({
    reason: "malformed",
    ...(path === undefined ? {} : { path }),
    ...(field === undefined ? {} : { field }),
    detail,
    hint: "Write the kubeconfig again with the tool that made it, or compare it with `kubectl config view`."
  })
