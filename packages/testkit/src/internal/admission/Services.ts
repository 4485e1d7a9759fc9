/** Where a Service leads: routes of the test, else the endpoints that the API knows. */
import type { RouteTarget, ServiceReference } from "../../TestCluster.ts"
import type { Core } from "../Core.ts"
import { arrayAt, isObject, numberAt, objectAt, stringAt, stringsAt } from "../Json.ts"

export interface Address {
  readonly host: string
  readonly port: number
}

/** Where to connect, and the address as a real API server would name it in errors. */
export interface Resolved extends Address {
  readonly shown: string
}

export class Services {
  private readonly routes = new Map<string, RouteTarget>()
  private readonly core: Core
  constructor(core: Core) {
    this.core = core
  }

  route(service: ServiceReference, target: RouteTarget): void {
    this.routes.set(`${service.namespace}/${service.name}:${service.port ?? 443}`, target)
  }

  /** The address, or why there is none, in the words of the API server's resolver and dialer. */
  resolve(namespace: string, name: string, port: number): Resolved | string {
    const service = this.core.store.get("/services", `${namespace}/${name}`)
    if (service === undefined) return `service "${name}" not found`
    const found = arrayAt(service, "spec", "ports").find((each) => numberAt(each, "port") === port)
    const ip = stringAt(service, "spec", "clusterIP") ?? ""
    if (ip === "None") return 'cannot route to service with ClusterIP "None"'
    if (found === undefined) return `no service port ${port} found for service "${name}"`
    const shown = `${ip}:${port}`
    const address =
      this.routes.get(`${namespace}/${name}:${port}`) ?? this.endpoint(namespace, name, stringAt(found, "name"))
    // Without an endpoint, the rules of kube-proxy reject what is sent to a Service.
    return address === undefined ? `dial tcp ${shown}: connect: connection refused` : { ...address, shown }
  }

  private endpoint(namespace: string, name: string, portName: string | undefined): Address | undefined {
    for (const slice of this.core.store.collection("discovery.k8s.io/endpointslices").items.values()) {
      const { metadata } = slice
      if (stringAt(slice, "metadata", "namespace") !== namespace) continue
      if (objectAt(metadata, "labels")["kubernetes.io/service-name"] !== name) continue
      const ports = arrayAt(slice, "ports")
      const port = ports.find((each) => (stringAt(each, "name") ?? "") === (portName ?? "")) ?? ports[0]
      const number = numberAt(port, "port")
      for (const endpoint of arrayAt(slice, "endpoints")) {
        const ready = objectAt(endpoint, "conditions")["ready"] !== false
        const [host] = stringsAt(endpoint, "addresses")
        if (ready && host?.startsWith("127.") === true && number !== undefined && isObject(endpoint))
          return { host, port: number }
      }
    }
    return undefined
  }
}
