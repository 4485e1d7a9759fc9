/**
 * A client for one Kubernetes API server: typed errors, one kept-alive connection pool, discovery, and the verbs.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { CertificateError } from "./CertificateError.ts"
import type { ApiResource } from "./Discovery.ts"
import * as Operations from "./internal/operations.ts"
import * as Kubeconfig from "./Kubeconfig.ts"
import type { KubeconfigError } from "./KubeconfigError.ts"
import type { KubernetesError } from "./KubernetesError.ts"
import type { KubernetesObject, ObjectList, ObjectRef } from "./KubernetesObject.ts"
import * as Transport from "./Transport.ts"
import type { UnknownKind } from "./UnknownKind.ts"
import type { WatchEvent, WatchQuery } from "./Watch.ts"

/**
 * Everything a call can fail with: the API's and the transport's errors, and kinds that the server does not serve.
 *
 * @category errors
 * @since 0.1.0
 */
export type ClientError = KubernetesError | UnknownKind

/**
 * What the API server says about itself at `/version`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServerVersion {
  readonly major: string
  readonly minor: string
  /** With a leading `v`: `v1.32.0`. */
  readonly gitVersion: string
  readonly platform: string
}

/**
 * Options of every call that writes.
 *
 * @category options
 * @since 0.1.0
 */
export interface WriteOptions {
  /** Asks the server to go through admission and validation, and to keep nothing. */
  readonly dryRun?: boolean
  /** Who owns the fields that are written; `holdfast` unless given. */
  readonly fieldManager?: string
  /**
   * What the server does about fields it does not know, or that appear twice: refuse, warn, or drop them silently.
   * The server's default is `Warn`.
   */
  readonly fieldValidation?: "Strict" | "Warn" | "Ignore"
  /** A part of the object with an endpoint of its own: `status`, `scale`, … */
  readonly subresource?: string
}

/**
 * Options of {@link Shape.apply}.
 *
 * @category options
 * @since 0.1.0
 */
export interface ApplyOptions extends WriteOptions {
  /** Takes fields over that another manager owns, where the server would answer with a conflict. */
  readonly force?: boolean
}

/**
 * The four patch formats of the API server.
 *
 * - `json`: RFC 6902, a list of operations
 * - `merge`: RFC 7386; lists are replaced whole
 * - `strategic`: as `merge`, with lists merged by their keys; not for custom resources
 * - `apply`: server-side apply
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply
 * @category models
 * @since 0.1.0
 */
export type PatchType = "json" | "merge" | "strategic" | "apply"

/**
 * Options of {@link Shape.patch}.
 *
 * @category options
 * @since 0.1.0
 */
export interface PatchOptions extends ApplyOptions {
  readonly type: PatchType
  readonly body: unknown
}

/**
 * Options of {@link Shape.delete}.
 *
 * @category options
 * @since 0.1.0
 */
export interface DeleteOptions {
  /** `Background` unless given; `Foreground` deletes dependents first, `Orphan` keeps them. */
  readonly propagation?: "Foreground" | "Background" | "Orphan"
  /** Seconds that a pod gets to stop; 0 deletes at once. */
  readonly gracePeriodSeconds?: number
  /** Deletes only this very object: another one of the same name is a `Conflict`. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  readonly dryRun?: boolean
}

/**
 * Which objects a list covers.
 *
 * @category options
 * @since 0.1.0
 */
export interface ListQuery {
  readonly apiVersion: string
  readonly kind: string
  /** One namespace; every namespace when left out (no default is filled in). */
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** Objects a request: the list is read in pages of this size, 500 unless given, and returned whole. */
  readonly pageSize?: number
}

/**
 * A warning that the API server sent along with a successful answer: a deprecated version, an unknown field.
 *
 * @see https://kubernetes.io/blog/2020/09/03/warnings/
 * @category models
 * @since 0.1.0
 */
export interface ApiWarning {
  readonly text: string
  readonly method: string
  readonly path: string
}

/**
 * What to do with the API server's warnings; they are logged unless another handler is provided.
 *
 * **When to use**
 *
 * Provide it around a single call or a whole program: `Effect.provideService(program, KubernetesClient.Warnings, handler)`.
 *
 * @category services
 * @since 0.1.0
 */
export const Warnings: Context.Reference<(warning: ApiWarning) => Effect.Effect<void>> = Context.Reference(
  "@holdfast/k8s-adapter/KubernetesClient/Warnings",
  { defaultValue: () => (warning: ApiWarning) => Effect.logWarning(warning.text) }
)

/**
 * The client's operations. Nothing is repeated on its own but what cannot have changed anything: a request whose
 * connection was refused for a certificate, once the kubeconfig has another; one that was answered 401, once the
 * credentials are renewed; a read on a pooled connection that the server had closed. Everything else is for `retry` with
 * `classify` to decide.
 *
 * @category models
 * @since 0.1.0
 */
export interface Shape {
  /** The API server's address, as the kubeconfig has it. */
  readonly server: string
  /** The kubeconfig context in use; `undefined` inside a cluster. */
  readonly context: string | undefined
  /** The namespace of the context, `default` when it names none. */
  readonly namespace: string

  /** Sends any request; a status outside 200–299 fails typed. JSON bodies come parsed, others as text. */
  readonly request: (request: Transport.HttpRequest) => Effect.Effect<Transport.HttpResponse, KubernetesError>

  /** Sends a request and gives the lines of its answer as they arrive (logs, raw watches). */
  readonly stream: (request: Transport.HttpRequest) => Stream.Stream<string, KubernetesError>

  /** Asks the server for its version. */
  readonly version: Effect.Effect<ServerVersion, KubernetesError>

  /** Finds how a kind is served; discovery is read once, and read again once when the kind is not in it. */
  readonly resource: (apiVersion: string, kind: string) => Effect.Effect<ApiResource, ClientError>

  /** Lists all that the server serves; a broken aggregated API is left out. */
  readonly resources: Effect.Effect<ReadonlyArray<ApiResource>, KubernetesError>

  /** Forgets discovery: for after a CRD has been installed or removed. */
  readonly invalidateDiscovery: Effect.Effect<void>

  /**
   * The path of an object, or of its kind's collection when `name` is left out. A namespaced kind without a namespace
   * means the client's own for an object, and all namespaces for a collection.
   */
  readonly path: (ref: Omit<ObjectRef, "name"> & { readonly name?: string }) => Effect.Effect<string, ClientError>

  /** Reads one object. */
  readonly get: (
    ref: ObjectRef,
    options?: { readonly subresource?: string }
  ) => Effect.Effect<KubernetesObject, ClientError>

  /** Reads all objects of a kind that match, page by page. Items carry their `apiVersion` and `kind`. */
  readonly list: (query: ListQuery) => Effect.Effect<ObjectList, ClientError>

  /** Creates an object; fails with `AlreadyExists` where there is one. */
  readonly create: (object: KubernetesObject, options?: WriteOptions) => Effect.Effect<KubernetesObject, ClientError>

  /** Replaces an object whole; with a `resourceVersion` in it, only that version (`Conflict` otherwise). */
  readonly replace: (object: KubernetesObject, options?: WriteOptions) => Effect.Effect<KubernetesObject, ClientError>

  /** Deletes an object; the answer is the object on its way out, or the Status of its end. */
  readonly delete: (ref: ObjectRef, options?: DeleteOptions) => Effect.Effect<KubernetesObject, ClientError>

  /** Changes a part of an object. */
  readonly patch: (ref: ObjectRef, options: PatchOptions) => Effect.Effect<KubernetesObject, ClientError>

  /** Applies an object server-side, exactly as given: created when absent, merged by field ownership otherwise. */
  readonly apply: (object: KubernetesObject, options?: ApplyOptions) => Effect.Effect<KubernetesObject, ClientError>

  /** Follows all objects that match, for as long as the stream is read. See the module `Watch`. */
  readonly watch: (query: WatchQuery) => Stream.Stream<WatchEvent, ClientError>
}

/**
 * How to make a client: which kubeconfig, and with what limits.
 *
 * @category options
 * @since 0.1.0
 */
export interface ClientOptions extends Kubeconfig.LoadOptions, Transport.TransportOptions {}

/**
 * Makes a client of the API server that a kubeconfig names. No request is made yet. Its connections are closed with
 * the scope.
 *
 * @see {@link KubernetesClient.layer} for a layer
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options: ClientOptions = {}
): Effect.Effect<Shape, KubeconfigError | CertificateError, Scope.Scope> =>
  fromKubeconfig(Kubeconfig.load(options), options)

/**
 * Makes a client from a kubeconfig of any source. `load` is run again whenever a certificate or a login is refused.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromKubeconfig = (
  load: Effect.Effect<Kubeconfig.Kubeconfig, KubeconfigError | CertificateError>,
  options?: Transport.TransportOptions
): Effect.Effect<Shape, KubeconfigError | CertificateError, Scope.Scope> =>
  Effect.flatMap(Transport.make(load, options), Operations.make)

/**
 * The client of the API server that a program works on.
 *
 * **Example** (Asking for the version)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
 *
 * const program = Effect.gen(function*() {
 *   const client = yield* KubernetesClient
 *   return (yield* client.version).gitVersion
 * })
 *
 * Effect.runPromise(program.pipe(Effect.provide(KubernetesClient.layer({ context: "lab" }))))
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class KubernetesClient extends Context.Service<KubernetesClient, Shape>()(
  "@holdfast/k8s-adapter/KubernetesClient"
) {
  /** Provides a client of the API server that a kubeconfig names. */
  static readonly layer = (
    options?: ClientOptions
  ): Layer.Layer<KubernetesClient, KubeconfigError | CertificateError> => Layer.effect(KubernetesClient, make(options))
}
