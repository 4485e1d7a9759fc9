/**
 * Where the API server is, whom it may be, and who we are: a kubeconfig, found and merged by client-go's rules, with
 * everything in it looked at before it is used.
 *
 * Node takes a broken CA for an empty trust store and drops a certificate that has no key, both silently; the error
 * then comes much later and names neither file nor field. Here it comes at once and names both.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { CertificateError } from "./CertificateError.ts"
import { inCluster, readCluster, runsInCluster } from "./internal/kubeconfigCluster.ts"
import {
  type Entry,
  type Environment,
  files,
  type KubeconfigDocument,
  parse,
  readFiles
} from "./internal/kubeconfigDocument.ts"
import type { ClientCertificate as CheckedPair, Place } from "./internal/kubeconfigMaterial.ts"
import { readUser } from "./internal/kubeconfigUser.ts"
import { KubeconfigError } from "./KubeconfigError.ts"

/**
 * The API server and how to trust it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Cluster {
  readonly name: string | undefined
  /** The server's URL, without a slash at its end. */
  readonly server: string
  /** The authorities to trust, as PEM, checked; the system's own when `undefined`. */
  readonly certificateAuthority: string | undefined
  readonly insecureSkipTlsVerify: boolean
  /** The name to ask for and to expect in the server's certificate, where it is not the server's host. */
  readonly tlsServerName: string | undefined
  /** Redacted, as it may hold a password. */
  readonly proxyUrl: Redacted.Redacted | undefined
  readonly disableCompression: boolean
  /** Options for exec plugins that the cluster keeps for them (`client.authentication.k8s.io/exec`). */
  readonly execExtension: unknown
}

/**
 * A client certificate with its key, known to belong together.
 *
 * @category models
 * @since 0.1.0
 */
export type ClientCertificate = CheckedPair

/**
 * A command that prints credentials.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 * @category models
 * @since 0.1.0
 */
export interface ExecPlugin {
  readonly apiVersion: string
  /** Resolved against the kubeconfig's folder when it is a relative path; a bare name is looked up in `PATH`. */
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Redacted.Redacted<Readonly<Record<string, string>>>
  readonly installHint: string | undefined
  readonly provideClusterInfo: boolean
  readonly interactiveMode: "Never" | "IfAvailable" | "Always"
}

/**
 * An OpenID Connect identity token, and what it takes to get the next one.
 *
 * @category models
 * @since 0.1.0
 */
export interface OidcProvider {
  readonly issuerUrl: string
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted | undefined
  readonly idToken: Redacted.Redacted | undefined
  readonly refreshToken: Redacted.Redacted | undefined
  /** The authorities to trust for the issuer, as PEM; the system's own when `undefined`. */
  readonly certificateAuthority: string | undefined
}

/**
 * Whom to act as.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 * @category models
 * @since 0.1.0
 */
export interface Impersonation {
  readonly user: string | undefined
  readonly uid: string | undefined
  readonly groups: ReadonlyArray<string>
  readonly extra: Readonly<Record<string, ReadonlyArray<string>>>
}

/**
 * Who we are: any of the ways that a kubeconfig's user can name; all are absent for an anonymous one.
 *
 * @category models
 * @since 0.1.0
 */
export interface User {
  readonly name: string | undefined
  readonly clientCertificate: ClientCertificate | undefined
  readonly token: Redacted.Redacted | undefined
  /** Read again every minute, as service account tokens are replaced in place. */
  readonly tokenFile: string | undefined
  readonly basic: { readonly username: string; readonly password: Redacted.Redacted } | undefined
  readonly exec: ExecPlugin | undefined
  readonly oidc: OidcProvider | undefined
  readonly impersonate: Impersonation | undefined
}

/**
 * One usable context of a kubeconfig.
 *
 * @category models
 * @since 0.1.0
 */
export interface Kubeconfig {
  /** The files that were read, `text`, or `in-cluster`. */
  readonly source: string
  readonly context: string | undefined
  readonly namespace: string
  readonly cluster: Cluster
  readonly user: User
}

/**
 * Which kubeconfig to read, and what to use instead of what it says: the connection flags of kubectl.
 *
 * @category options
 * @since 0.1.0
 */
export interface LoadOptions {
  /** The only file to read (`--kubeconfig`); it has to exist. */
  readonly path?: string | undefined
  /** A kubeconfig as text, in place of any file. */
  readonly text?: string | undefined
  readonly context?: string | undefined
  readonly cluster?: string | undefined
  readonly user?: string | undefined
  readonly namespace?: string | undefined
  readonly server?: string | undefined
  readonly token?: Redacted.Redacted | undefined
  /** Trusts any server, and drops the kubeconfig's authorities. */
  readonly insecureSkipTlsVerify?: boolean | undefined
  readonly tlsServerName?: string | undefined
  readonly as?: string | undefined
  readonly asGroups?: ReadonlyArray<string> | undefined
  readonly asUid?: string | undefined
  /** Where `KUBECONFIG`, `HOME` and `KUBERNETES_SERVICE_HOST` are looked up; the process's own unless given. */
  readonly environment?: Environment | undefined
  /** Where a pod finds its service account; the usual mount unless given. */
  readonly serviceAccountFolder?: string | undefined
}

/**
 * Loads a kubeconfig and checks all that the chosen context leads to.
 *
 * **Details**
 *
 * Looked for in this order: `text`, `path`, the files of `KUBECONFIG`, `~/.kube/config`, the pod's service account.
 * Of several files the first to name a context, cluster or user wins, and missing files do not matter.
 *
 * Fails with {@link KubeconfigError} when the kubeconfig is missing, unreadable, empty, not YAML, or names a context,
 * cluster or user that is not in it; with {@link CertificateError} at `kubeconfig` when a CA, a certificate or a key
 * in it is broken, or certificate and key do not belong together. An expired client certificate loads: the API server
 * may have another clock. Its end is in `user.clientCertificate.notAfter`.
 *
 * **Example** (A kubeconfig from a text)
 *
 * ```ts import.meta.vitest
 * import { Effect } from "effect"
 * import * as Kubeconfig from "@holdfast/k8s-adapter/Kubeconfig"
 *
 * const text = JSON.stringify({
 *   "current-context": "lab",
 *   contexts: [{ name: "lab", context: { cluster: "lab", namespace: "shop" } }],
 *   clusters: [{ name: "lab", cluster: { server: "https://lab.example:6443/" } }]
 * })
 * const kubeconfig = await Effect.runPromise(Kubeconfig.load({ text }))
 * kubeconfig.cluster.server // => "https://lab.example:6443"
 * kubeconfig.namespace // => "shop"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const load: (options?: LoadOptions) => Effect.Effect<Kubeconfig, KubeconfigError | CertificateError> =
  Effect.fnUntraced(function* (options: LoadOptions = {}) {
    const document = yield* readDocument(options)
    if (document === "in-cluster") {
      const found = yield* inCluster(options, options.environment ?? process.env)
      return {
        ...found,
        namespace: options.namespace ?? found.namespace,
        user: overrideUser(found.user, options)
      }
    }
    const context = yield* chooseContext(document, options)
    const { cluster, user } = yield* chooseEntries(document, context, options)
    const namespace = context.fields["namespace"]
    return {
      source: document.source,
      context: context.name === "" ? undefined : context.name,
      namespace: options.namespace ?? (typeof namespace === "string" && namespace !== "" ? namespace : "default"),
      cluster: yield* readCluster(cluster, placeIn("clusters", "cluster", cluster, context), options),
      user: overrideUser(yield* readUser(user, placeIn("users", "user", user, context)), options)
    }
  })

/**
 * Names what a kubeconfig has to choose from, in its own order; nothing inside a pod.
 *
 * **When to use**
 *
 * For completion and menus. Looked for as by {@link load}; what the names lead to is not checked.
 *
 * **Example** (The contexts to choose from)
 *
 * ```ts import.meta.vitest
 * import { Effect } from "effect"
 * import * as Kubeconfig from "@holdfast/k8s-adapter/Kubeconfig"
 *
 * const text = JSON.stringify({ contexts: [{ name: "lab", context: {} }, { name: "shop", context: {} }] })
 * const { contexts } = await Effect.runPromise(Kubeconfig.names({ text }))
 * contexts // => ["lab", "shop"]
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const names: (
  options?: Pick<LoadOptions, "path" | "text" | "environment">
) => Effect.Effect<Record<"contexts" | "clusters" | "users", ReadonlyArray<string>>, KubeconfigError> =
  Effect.fnUntraced(function* (options: LoadOptions = {}) {
    const found = yield* readDocument(options)
    const document = found === "in-cluster" ? nothing : found
    return {
      contexts: [...document.contexts.keys()],
      clusters: [...document.clusters.keys()],
      users: [...document.users.keys()]
    }
  })

const readDocument = Effect.fnUntraced(function* (options: LoadOptions) {
  const environment = options.environment ?? process.env
  const { paths, explicit } = files(options.path, environment)
  const document =
    options.text === undefined ? yield* readFiles(paths, explicit) : yield* parse(options.text, undefined)
  if (document !== undefined) return document
  if (options.server !== undefined) return nothing
  if (options.text === undefined && !explicit && (yield* runsInCluster(options, environment))) return "in-cluster"
  const empty = explicit || options.text !== undefined
  return yield* new KubeconfigError({
    reason: empty ? "empty" : "missing",
    path: options.text === undefined ? paths.join(", ") : "text",
    detail: empty ? "it is empty" : "there is no kubeconfig, and this is not a pod with a service account",
    hint: "Name one with --kubeconfig or KUBECONFIG, or have your cluster's tool write one to ~/.kube/config."
  })
})

const nothing: KubeconfigDocument = {
  source: "flags",
  currentContext: undefined,
  clusters: new Map(),
  users: new Map(),
  contexts: new Map()
}

const unnamed: Entry = { name: "", fields: {}, file: undefined }

const chooseContext = (document: KubeconfigDocument, options: LoadOptions): Effect.Effect<Entry, KubeconfigError> => {
  const name = options.context ?? document.currentContext
  if (name === undefined) {
    return options.server !== undefined || options.cluster !== undefined
      ? Effect.succeed(unnamed)
      : unknown(document, "context", document.contexts, undefined)
  }
  const entry = document.contexts.get(name)
  return entry === undefined ? unknown(document, "context", document.contexts, name) : Effect.succeed(entry)
}

const chooseEntries = Effect.fnUntraced(function* (document: KubeconfigDocument, context: Entry, options: LoadOptions) {
  const choose = (kind: "cluster" | "user", entries: ReadonlyMap<string, Entry>, given: string | undefined) => {
    const name = given ?? context.fields[kind]
    if (typeof name !== "string" || name === "") return Effect.succeed(unnamed)
    const entry = entries.get(name)
    return entry === undefined ? unknown(document, kind, entries, name, context.name) : Effect.succeed(entry)
  }
  return {
    cluster: yield* choose("cluster", document.clusters, options.cluster),
    user: yield* choose("user", document.users, options.user)
  }
})

const unknown = (
  document: KubeconfigDocument,
  kind: "context" | "cluster" | "user",
  entries: ReadonlyMap<string, Entry>,
  name: string | undefined,
  context?: string
): Effect.Effect<never, KubeconfigError> =>
  Effect.fail(
    new KubeconfigError({
      reason: `unknown-${kind}`,
      path: document.source,
      ...(context === undefined ? {} : { context }),
      field:
        name === undefined
          ? "current-context"
          : context === undefined
            ? "contexts"
            : `contexts[${context}].context.${kind}`,
      detail: name === undefined ? "it names no current context" : `it has no ${kind} "${name}"`,
      hint:
        entries.size === 0
          ? `It has no ${kind}s at all: check that it is the file you meant.`
          : `Choose one of its ${kind}s with --${kind}: ${[...entries.keys()].join(", ")}.`
    })
  )

const placeIn =
  (section: "clusters" | "users", inner: "cluster" | "user", entry: Entry, context: Entry) =>
  (field: string): Place => ({
    path: entry.file,
    context: context.name === "" ? undefined : context.name,
    field: `${section}[${entry.name}].${inner}.${field}`
  })

const overrideUser = (user: User, options: LoadOptions): User => ({
  ...user,
  // As with kubectl, a token on the command line stands in for every other way to log in.
  ...(options.token === undefined
    ? {}
    : { token: options.token, tokenFile: undefined, basic: undefined, exec: undefined, oidc: undefined }),
  impersonate:
    options.as === undefined && options.asGroups === undefined && options.asUid === undefined
      ? user.impersonate
      : {
          user: options.as ?? user.impersonate?.user,
          uid: options.asUid ?? user.impersonate?.uid,
          groups: options.asGroups ?? user.impersonate?.groups ?? [],
          extra: user.impersonate?.extra ?? {}
        }
})
