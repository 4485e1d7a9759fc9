/**
 * What an API server serves: groups, versions and kinds, read from its discovery endpoints.
 *
 * The aggregated form (Kubernetes 1.26 and later) tells everything in two requests; a server that does not know it is
 * asked group by group, and only for the groups that are needed.
 *
 * @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Format from "./internal/discoveryFormat.ts"
import type { KubernetesError } from "./KubernetesError.ts"
import { apiVersion as apiVersionOf, groupVersion } from "./KubernetesObject.ts"
import type { HttpRequest, HttpResponse } from "./Transport.ts"
import { UnknownKind } from "./UnknownKind.ts"

/**
 * How a kind is served: the path it is found under, its scope, and the verbs it takes.
 *
 * @category models
 * @since 0.1.0
 */
export interface ApiResource {
  /** `""` for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  /** The name in the path: `deployments`. */
  readonly plural: string
  readonly singular: string
  readonly shortNames: ReadonlyArray<string>
  readonly categories: ReadonlyArray<string>
  readonly namespaced: boolean
  readonly verbs: ReadonlyArray<string>
  /** Endpoints below the object: `status`, `scale`. */
  readonly subresources: ReadonlyArray<string>
}

/**
 * A view of what one API server serves, read when first asked.
 *
 * @category models
 * @since 0.1.0
 */
export interface Discovery {
  /** Finds how a kind is served. A kind that is not known is looked for at the server once more. */
  readonly resource: (apiVersion: string, kind: string) => Effect.Effect<ApiResource, KubernetesError | UnknownKind>
  /** Lists everything; groups whose own server does not answer are left out. */
  readonly resources: Effect.Effect<ReadonlyArray<ApiResource>, KubernetesError>
  /** Forgets everything, so that the next question is asked of the server. */
  readonly invalidate: Effect.Effect<void>
}

/** What is known of `/api` (the core group) or of `/apis` (all others). */
interface Known {
  readonly resources: Map<string, ApiResource>
  /** Versions that the server names without telling their kinds. */
  readonly untold: Set<string>
}

type Root = "/api" | "/apis"

const accept = ["v2", "v2beta1"]
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat("application/json")
  .join(",")

/**
 * Makes a view of what a server serves.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  request: (request: HttpRequest) => Effect.Effect<HttpResponse, KubernetesError>,
  server: string
): Discovery => {
  const known = new Map<Root, Known>()
  const reading = Semaphore.makeUnsafe(1)

  const read = (root: Root): Effect.Effect<Known, KubernetesError> =>
    Effect.map(request({ method: "GET", path: root, headers: { Accept: accept } }), ({ body }) => {
      const { resources, untold } = Format.readRoot(body)
      const found = { resources: new Map(resources.map((one) => [keyOf(one), one])), untold: new Set(untold) }
      known.set(root, found)
      return found
    })
  const readOnce = (root: Root): Effect.Effect<Known, KubernetesError> =>
    Effect.suspend(() => {
      const found = known.get(root)
      return found === undefined
        ? reading.withPermits(1)(
            Effect.suspend(() => {
              const meanwhile = known.get(root)
              return meanwhile === undefined ? read(root) : Effect.succeed(meanwhile)
            })
          )
        : Effect.succeed(found)
    })
  /** Asks for one version of one group, which every server answers, and which is never behind. */
  const readVersion = (version: string, into: Known): Effect.Effect<void, KubernetesError> =>
    request({ method: "GET", path: `${rootOf(version)}/${version}` }).pipe(
      Effect.flatMap(({ body }) =>
        Effect.sync(() => {
          into.untold.delete(version)
          for (const resource of Format.readVersion(body, version)) into.resources.set(keyOf(resource), resource)
        })
      ),
      Effect.catchTag("NotFound", () => Effect.void)
    )

  const resource = Effect.fnUntraced(function* (apiVersion: string, kind: string) {
    const root = rootOf(apiVersion)
    const key = `${apiVersion}/${kind}`
    const before = yield* readOnce(root)
    const found = before.resources.get(key)
    if (found !== undefined) return found
    yield* readVersion(apiVersion, before)
    const late = before.resources.get(key)
    if (late !== undefined) return late
    const { group } = groupVersion(apiVersion)
    const versions = [...before.resources.values()].filter((one) => one.group === group && one.kind === kind)
    return yield* new UnknownKind({ apiVersion, kind, server, servedVersions: versions.map(apiVersionOf) })
  })

  const resources = Effect.gen(function* () {
    const all: Array<ApiResource> = []
    for (const root of ["/api", "/apis"] as const) {
      const found = yield* readOnce(root)
      yield* Effect.forEach([...found.untold], (version) => Effect.ignore(readVersion(version, found)), {
        concurrency: 8,
        discard: true
      })
      all.push(...found.resources.values())
    }
    return all
  })

  return { resource, resources, invalidate: Effect.sync(() => known.clear()) }
}

const rootOf = (apiVersion: string): Root => (apiVersion.includes("/") ? "/apis" : "/api")

const keyOf = (resource: ApiResource): string => `${apiVersionOf(resource)}/${resource.kind}`
