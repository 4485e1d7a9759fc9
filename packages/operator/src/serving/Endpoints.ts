/**
 * The pods that the API server may connect to, and what each of them presents.
 *
 * Everything is read on demand and from the API server: a watch of all pods would cost more than an operator that has
 * something to look at once a month may weigh.
 *
 * @since 0.1.0
 */
import type * as Certificate from "@holdfast/certificates/Certificate"
import { field, list, text, texts } from "@holdfast/k8s-adapter/Json"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Nudge from "@holdfast/k8s-adapter/Nudge"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Pod } from "../rotation/RotationView.ts"
import * as Handshake from "./Handshake.ts"
import * as PresentedLeaf from "./PresentedLeaf.ts"

/**
 * Whom to look at.
 *
 * @category options
 * @since 0.1.0
 */
export interface EndpointsQuery {
  readonly namespace: string
  /** The Service whose pods are looked at. */
  readonly service?: { readonly name: string; readonly port: number } | undefined
  /** Where there is no Service: the hosts that the targets call by URL. */
  readonly hosts?: ReadonlyArray<Handshake.Address>
  /** The Secret that pods read their leaf from. */
  readonly secretName: string
  /** The authorities that may have signed what is presented: those of the live bundles and of the state. */
  readonly known: ReadonlyArray<Certificate.Certificate>
}

/**
 * A pod as it was found.
 *
 * @category models
 * @since 0.1.0
 */
export interface PodSighting extends Omit<Pod, "since" | "nudged"> {
  /** What it presented; `undefined` when it could not be asked. */
  readonly certificate: Certificate.Certificate | undefined
  /** Why it could not be asked. */
  readonly problem: Handshake.HandshakeFailed | undefined
}

/**
 * Looks at every pod behind the Service that can get a connection: ready ones or not, and those that terminate.
 *
 * A pod none of whose containers runs is not there: it cannot get a connection, and reads the Secret when it starts. Nor
 * is one that terminates and refuses connections, for it will not listen again.
 *
 * @category operations
 * @since 0.1.0
 */
export const look = (query: EndpointsQuery): Effect.Effect<ReadonlyArray<PodSighting>, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const { namespace, service } = query
    const found = service === undefined ? hostsOf(query) : yield* behind(namespace, service, query.secretName)
    const sightings = yield* Effect.forEach(found, (endpoint) => ask(endpoint, query.known), { concurrency: 16 })
    return sightings.filter((each) => each !== undefined)
  })

interface Endpoint {
  readonly name: string
  readonly address: Handshake.Address
  readonly isTerminating: boolean
  readonly isMounted: boolean
}

const ask = Effect.fnUntraced(function* (
  { address, isMounted, isTerminating, name }: Endpoint,
  known: EndpointsQuery["known"]
) {
  const answer = yield* Effect.result(Handshake.chain(address))
  if (Result.isFailure(answer) && isTerminating && answer.failure.code === "ECONNREFUSED") return undefined
  const chain = Result.isSuccess(answer) ? answer.success : undefined
  const sighting: PodSighting = {
    name,
    presents: chain === undefined ? undefined : PresentedLeaf.of(chain, known),
    certificate: chain?.[0],
    problem: Result.isFailure(answer) ? answer.failure : undefined,
    ...(isMounted && { mounted: true })
  }
  return sighting
})

const hostsOf = ({ hosts = [] }: EndpointsQuery): ReadonlyArray<Endpoint> =>
  hosts.map((address) => ({
    name: `${address.host}:${address.port}`,
    address,
    isTerminating: false,
    isMounted: false
  }))

const behind = Effect.fnUntraced(function* (
  namespace: string,
  { name, port }: NonNullable<EndpointsQuery["service"]>,
  secretName: string
) {
  const client = yield* KubernetesClient
  const serverName = `${name}.${namespace}.svc`
  const service = yield* Effect.catchTag(
    client.get({ apiVersion: "v1", kind: "Service", name, namespace }),
    "NotFound",
    () => Effect.undefined
  )
  if (service === undefined) return []
  const servicePort = list(service, "spec", "ports").find((each) => field(each, "port") === port)
  if (text(service, "spec", "type") === "ExternalName") {
    const host = text(service, "spec", "externalName")
    return [{ name: host, address: { host, port, serverName }, isTerminating: false, isMounted: false }]
  }
  const slices = yield* client.list({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    namespace,
    labelSelector: `kubernetes.io/service-name=${name}`
  })
  const selector = Object.entries(texts(service, "spec", "selector"))
  const labelSelector = selector.map(([label, value]) => `${label}=${value}`).join(",")
  const pods =
    labelSelector === "" ? [] : (yield* client.list({ apiVersion: "v1", kind: "Pod", namespace, labelSelector })).items
  const podsByName = new Map(pods.map((pod) => [pod.metadata.name ?? "", pod]))
  const endpoint = (podName: string, host: string, port: number, isTerminating: boolean): Endpoint => {
    const pod = podsByName.get(podName)
    return {
      name: podName,
      address: { host, port, serverName },
      isTerminating: isTerminating || pod?.metadata.deletionTimestamp !== undefined,
      isMounted: pod !== undefined && Nudge.mounts(pod, secretName)
    }
  }
  const inSlices = slices.items.flatMap((slice) => {
    const portName = text(servicePort, "name")
    const slicePort = list(slice, "ports").find((each) => text(each, "name") === portName)
    const number = field(slicePort, "port")
    return typeof number !== "number"
      ? []
      : list(slice, "endpoints").flatMap((each) => {
          const address = list(each, "addresses")[0]
          const podName = text(each, "targetRef", "name")
          const pod = podsByName.get(podName)
          return typeof address !== "string" || (pod !== undefined && !isRunning(pod))
            ? []
            : [endpoint(podName || address, address, number, field(each, "conditions", "terminating") === true)]
        })
  })
  // A slice may be a moment behind: a pod that has just come up, or gone out of it.
  const names = new Set(inSlices.map((each) => each.name))
  const besides = pods.flatMap((pod) => {
    const podName = pod.metadata.name ?? ""
    const podIP = text(pod, "status", "podIP")
    const podPort = portOf(pod, field(servicePort, "targetPort") ?? port)
    return names.has(podName) || podIP === "" || podPort === undefined || !isRunning(pod)
      ? []
      : [endpoint(podName, podIP, podPort, false)]
  })
  return uniqueByName([...inSlices, ...besides])
})

/** An endpoint can be in two slices for a moment, and is in one for each address family of a dual-stack Service. */
const uniqueByName = (all: ReadonlyArray<Endpoint>): ReadonlyArray<Endpoint> =>
  Array.from(new Map(all.map((each) => [each.name, each])).values())

const isRunning = (pod: KubernetesObject): boolean => {
  const containers = list(pod, "status", "containerStatuses")
  return containers.length === 0
    ? text(pod, "status", "phase") === "Running"
    : containers.some((container) => field(container, "state", "running") !== undefined)
}

const portOf = (pod: KubernetesObject, targetPort: unknown): number | undefined => {
  if (typeof targetPort === "number") return targetPort
  const number = list(pod, "spec", "containers")
    .flatMap((container) => list(container, "ports"))
    .filter((each) => text(each, "name") === targetPort)
    .map((each) => field(each, "containerPort"))[0]
  return typeof number === "number" ? number : undefined
}
