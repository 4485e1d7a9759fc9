/**
 * A program that keeps its `@kubernetes/client-node` calls and gets typed errors: a kubeconfig with another cluster's
 * CA, as it is left over when an API server's certificates were re-created, and an object that is not there.
 */
import { setTimeout } from "node:timers/promises"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import { classify } from "@holdfast/k8s-adapter/Classify"
import { fromClientNode } from "@holdfast/k8s-adapter/ClientNode"
import { retry } from "@holdfast/retry-core/Retry"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node"
import * as Effect from "effect/Effect"

const program = Effect.gen(function* () {
  const server = yield* ApiServer.make()

  const kubeConfig = new KubeConfig()
  kubeConfig.loadFromString(server.kubeconfig)
  const core = kubeConfig.makeApiClient(CoreV1Api)

  const missing = yield* fromClientNode(() => core.readNamespace({ name: "nowhere" })).pipe(Effect.flip)
  console.log(`${missing._tag}: ${missing.message}`)

  const other = yield* CertificateAuthority.make({ commonName: "another-cluster", validity: "1 day" })
  const stale = new KubeConfig()
  stale.loadFromString(
    server.kubeconfig.replaceAll(/certificate-authority-data: .*/g, () => {
      return `certificate-authority-data: ${Buffer.from(other.certificate.pem).toString("base64")}`
    })
  )
  const untrusted = yield* fromClientNode(() => stale.makeApiClient(CoreV1Api).listNamespace()).pipe(Effect.flip)
  console.log(
    untrusted._tag === "CertificateError" ? `${untrusted.reason} at the ${untrusted.where}` : untrusted.message
  )

  // A namespace that comes into being a moment later: what is retried, and what is not, is for the caller to say.
  const soon = Effect.promise(() =>
    setTimeout(300).then(() => core.createNamespace({ body: { metadata: { name: "soon" } } }))
  )
  yield* Effect.forkScoped(soon)
  const found = yield* retry(
    fromClientNode(() => core.readNamespace({ name: "soon" })),
    {
      classify: (error) => (error._tag === "NotFound" ? { _tag: "Transient", kind: "not-there-yet" } : classify(error))
    }
  )
  console.log(`found ${found.metadata?.name}`)
})

await Effect.runPromise(Effect.scoped(program))
