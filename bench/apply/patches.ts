/**
 * The floor under any `apply`: the same objects as bare server-side apply PATCHes, made in a process that is running,
 * with everything known beforehand.
 */
import * as https from "node:https"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import { KubeConfig } from "@kubernetes/client-node"

const plurals: Readonly<Record<string, string>> = {
  ConfigMap: "api/v1/#/configmaps",
  Secret: "api/v1/#/secrets",
  ServiceAccount: "api/v1/#/serviceaccounts",
  Service: "api/v1/#/services",
  Deployment: "apis/apps/v1/#/deployments"
}

/** Milliseconds until all are answered, on 16 connections. */
export const patchAll = async (kubeconfig: string, objects: ReadonlyArray<KubernetesObject>): Promise<number> => {
  const config = new KubeConfig()
  config.loadFromString(kubeconfig)
  const server = config.getCurrentCluster()
  const user = config.getCurrentUser()
  const pem = (data: string | undefined) => Buffer.from(data ?? "", "base64").toString()
  const agent = new https.Agent({
    keepAlive: true,
    maxSockets: 16,
    ca: pem(server?.caData),
    cert: pem(user?.certData),
    key: pem(user?.keyData)
  })
  const began = performance.now()
  await Promise.all(objects.map((object) => patch(new URL(server?.server ?? ""), agent, object)))
  const time = performance.now() - began
  agent.destroy()
  return time
}

const patch = (server: URL, agent: https.Agent, object: KubernetesObject): Promise<void> =>
  new Promise((resolve, reject) => {
    const collection = plurals[object.kind]?.replace("#", `namespaces/${object.metadata.namespace}`)
    const path = `/${collection}/${object.metadata.name}?fieldManager=bench`
    const headers = { "content-type": "application/apply-patch+yaml", accept: "application/json" }
    const request = https.request(
      { host: server.hostname, port: server.port, path, agent, headers, method: "PATCH" },
      (response) => {
        response.resume()
        response.on("end", () =>
          (response.statusCode ?? 500) < 300 ? resolve() : reject(new Error(`${path}: ${response.statusCode}`))
        )
      }
    )
    request.on("error", reject)
    request.end(JSON.stringify(object))
  })
