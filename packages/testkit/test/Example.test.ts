import { startApiServer } from "@holdfast/testkit/promise"
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node"
import { expect, test } from "vitest"

test("a ConfigMap is what it was made", async () => {
  await using server = await startApiServer()
  const config = new KubeConfig()
  config.loadFromString(server.kubeconfig)
  const api = config.makeApiClient(CoreV1Api)
  await api.createNamespacedConfigMap({ namespace: "default", body: { metadata: { name: "a" }, data: { b: "c" } } })
  expect((await api.readNamespacedConfigMap({ namespace: "default", name: "a" })).data).toEqual({ b: "c" })
})
