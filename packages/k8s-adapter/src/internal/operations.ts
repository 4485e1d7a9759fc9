/** The client's verbs over a transport. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { BadRequest } from "../ApiError.ts"
import * as Discovery from "../Discovery.ts"
import type { ClientError, ListQuery, PatchType, ServerVersion, Shape, WriteOptions } from "../KubernetesClient.ts"
import { Warnings } from "../KubernetesClient.ts"
import type { KubernetesError } from "../KubernetesError.ts"
import type { KubernetesObject, ObjectList, ObjectRef } from "../KubernetesObject.ts"
import { toRef } from "../KubernetesObject.ts"
import type { HttpRequest, HttpResponse, Transport } from "../Transport.ts"
import { UnexpectedResponse } from "../UnexpectedResponse.ts"
import * as Watch from "../Watch.ts"
import type { Served } from "./builtInKinds.ts"
import * as BuiltInKinds from "./builtInKinds.ts"
import { isRecord } from "./kubeconfigDocument.ts"

const contentTypes: { readonly [T in PatchType]: string } = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml"
}

const defaultPageSize = 500

export const make = Effect.fnUntraced(function* (transport: Transport) {
  const kubeconfig = yield* transport.kubeconfig
  const { server } = kubeconfig.cluster

  const request = (given: HttpRequest): Effect.Effect<HttpResponse, KubernetesError> =>
    Effect.tap(transport.request(given), (response) => tellWarnings(given, response))

  const discovery = Discovery.make(request, server)

  const served = ({ apiVersion, kind }: Pick<ObjectRef, "apiVersion" | "kind">): Effect.Effect<Served, ClientError> => {
    const builtIn = BuiltInKinds.all.get(`${apiVersion}/${kind}`)
    return builtIn === undefined ? discovery.resource(apiVersion, kind) : Effect.succeed(builtIn)
  }

  const path = (ref: Omit<ObjectRef, "name"> & { readonly name?: string }): Effect.Effect<string, ClientError> =>
    Effect.map(served(ref), (resource) => {
      const root = resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`
      const namespace = ref.namespace ?? (ref.name === undefined ? undefined : kubeconfig.namespace)
      const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : ""
      const name = ref.name === undefined ? "" : `/${encodeURIComponent(ref.name)}`
      return `${root}${scope}/${resource.plural}${name}`
    })

  const objectPath = (ref: ObjectRef, subresource: string | undefined, method: string) =>
    ref.name === ""
      ? Effect.fail(nameless(server, method, ref))
      : Effect.map(path(ref), (found) => (subresource === undefined ? found : `${found}/${subresource}`))

  const forObject = (given: HttpRequest): Effect.Effect<KubernetesObject, KubernetesError> =>
    Effect.flatMap(request(given), ({ body, headers, status }) =>
      isRecord(body) && typeof body["kind"] === "string"
        ? Effect.succeed(body as KubernetesObject)
        : Effect.fail(notAnObject(server, given, status, headers["content-type"]))
    )

  const readPages = Effect.fnUntraced(function* (query: ListQuery) {
    const { apiVersion, fieldSelector, kind, labelSelector, namespace } = query
    const listPath = yield* path({ apiVersion, kind, ...(namespace === undefined ? {} : { namespace }) })
    const items: Array<KubernetesObject> = []
    let limit: number | undefined = query.pageSize ?? defaultPageSize
    let token: string | undefined
    for (;;) {
      const page: Page = yield* forObject({
        method: "GET",
        path: listPath,
        query: { labelSelector, fieldSelector, limit, continue: token }
      }).pipe(
        Effect.catchTag("Expired", (error) =>
          token === undefined ? Effect.fail(error) : Effect.succeed("expired" as const)
        )
      )
      if (page === "expired") {
        // The version that the pages are cut from is gone: the rest cannot be had, the whole can.
        items.length = 0
        limit = undefined
        token = undefined
        continue
      }
      for (const item of Array.isArray(page["items"]) ? page["items"] : []) items.push({ apiVersion, kind, ...item })
      const next = page.metadata?.["continue"]
      token = typeof next === "string" && next !== "" ? next : undefined
      if (token === undefined) {
        const list: ObjectList = { resourceVersion: page.metadata?.resourceVersion ?? "", items }
        return list
      }
    }
  })

  const write = (
    method: "POST" | "PUT" | "PATCH",
    writePath: string,
    body: unknown,
    options: WriteOptions & { readonly force?: boolean },
    contentType?: string
  ) =>
    forObject({
      method,
      path: writePath,
      query: {
        fieldManager: options.fieldManager ?? "holdfast",
        dryRun: options.dryRun === true ? "All" : undefined,
        fieldValidation: options.fieldValidation,
        force: options.force
      },
      ...(contentType === undefined ? {} : { headers: { "Content-Type": contentType } }),
      body
    })

  const client: Shape = {
    server,
    context: kubeconfig.context,
    namespace: kubeconfig.namespace,
    request,
    stream: (given) => Stream.unwrap(transport.open(given)),
    version: Effect.map(
      forVersion(request, server),
      ({ gitVersion, major, minor, platform }): ServerVersion => ({
        major: String(major ?? ""),
        minor: String(minor ?? ""),
        gitVersion: String(gitVersion),
        platform: String(platform ?? "")
      })
    ),
    resource: discovery.resource,
    resources: discovery.resources,
    invalidateDiscovery: discovery.invalidate,
    path,
    get: (ref, options) =>
      Effect.flatMap(objectPath(ref, options?.subresource, "GET"), (found) =>
        forObject({ method: "GET", path: found })
      ),
    list: readPages,
    create: (object, options = {}) => {
      const { apiVersion, kind, metadata } = object
      const namespace = metadata.namespace ?? kubeconfig.namespace
      return Effect.flatMap(
        options.subresource === undefined
          ? path({ apiVersion, kind, namespace })
          : objectPath(toRef(object), options.subresource, "POST"),
        (found) => write("POST", found, object, options)
      )
    },
    replace: (object, options = {}) =>
      Effect.flatMap(objectPath(toRef(object), options.subresource, "PUT"), (found) =>
        write("PUT", found, object, options)
      ),
    delete: (ref, options = {}) =>
      Effect.flatMap(objectPath(ref, undefined, "DELETE"), (found) =>
        forObject({
          method: "DELETE",
          path: found,
          body: {
            apiVersion: "v1",
            kind: "DeleteOptions",
            propagationPolicy: options.propagation ?? "Background",
            gracePeriodSeconds: options.gracePeriodSeconds,
            preconditions: options.preconditions,
            dryRun: options.dryRun === true ? ["All"] : undefined
          }
        })
      ),
    patch: (ref, options) =>
      Effect.flatMap(objectPath(ref, options.subresource, "PATCH"), (found) =>
        write("PATCH", found, options.body, options, contentTypes[options.type])
      ),
    apply: (object, options = {}) =>
      Effect.flatMap(objectPath(toRef(object), options.subresource, "PATCH"), (found) =>
        write("PATCH", found, object, options, contentTypes.apply)
      ),
    watch: (query) => Watch.make({ path, list: readPages, open: transport.open }, query)
  }
  return client
})

type Page = KubernetesObject | "expired"

const forVersion = (request: Shape["request"], server: string) =>
  Effect.flatMap(request({ method: "GET", path: "/version" }), ({ body, headers, status }) =>
    isRecord(body) && typeof body["gitVersion"] === "string"
      ? Effect.succeed(body)
      : Effect.fail(notAnObject(server, { method: "GET", path: "/version" }, status, headers["content-type"]))
  )

/** `Warning: 299 - "text"` (RFC 7234, section 5.5); Node joins several with commas. */
const warning = /\b\d{3} \S+ "((?:[^"\\]|\\.)*)"/g

const tellWarnings = (request: HttpRequest, response: HttpResponse): Effect.Effect<void> => {
  const header = response.headers["warning"]
  if (header === undefined) return Effect.void
  const texts = Array.from(String(header).matchAll(warning), ([, text = ""]) => text.replace(/\\(.)/g, "$1"))
  return Effect.flatMap(Warnings, (tell) =>
    Effect.forEach(texts, (text) => tell({ text, method: request.method, path: request.path }), { discard: true })
  )
}

const nameless = (server: string, method: string, ref: ObjectRef): BadRequest =>
  new BadRequest({
    status: 400,
    reason: "BadRequest",
    detail: `a ${ref.kind} without metadata.name cannot be addressed; generateName works only with create`,
    method,
    url: server
  })

const notAnObject = (
  server: string,
  request: HttpRequest,
  status: number,
  contentType: string | ReadonlyArray<string> | undefined
): UnexpectedResponse =>
  new UnexpectedResponse({
    method: request.method,
    url: `${server}${request.path}`,
    status,
    ...(contentType === undefined ? {} : { contentType: String(contentType) }),
    detail: "it is not a Kubernetes object"
  })
