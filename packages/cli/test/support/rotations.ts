import { readFileSync } from "node:fs"
import { make } from "@holdfast/k8s-adapter/KubernetesClient"
import { type KubernetesObject, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import type { TestCluster } from "@holdfast/testkit"
import { Effect, Schedule, Stream } from "effect"
import { parse } from "yaml"

const definition: KubernetesObject = parse(
  readFileSync(
    new URL("../../../operator/chart/crds/certificates.holdfast.dev_webhookcertificates.yaml", import.meta.url),
    "utf8"
  )
)

export const webhookCertificate = (name: string, namespace = "default"): KubernetesObject => ({
  apiVersion: "certificates.holdfast.dev/v1alpha1",
  kind: "WebhookCertificate",
  metadata: { name, namespace },
  spec: {
    secretName: `${name}-tls`,
    service: { name },
    targets: [{ kind: "ValidatingWebhookConfiguration", name }]
  }
})

const condition = (type: string, status: string, reason: string, message: string) => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: "2026-01-01T00:00:00Z"
})

/** A status as the operator writes it. */
export const statusOf = (
  phase: string,
  over: {
    readonly epoch?: number
    readonly proven?: boolean
    readonly leaf?: string
    readonly ready?: string
    readonly waitingFor?: { readonly what: string; readonly missing: ReadonlyArray<string> }
    readonly failures?: ReadonlyArray<{ readonly at: string; readonly message: string }>
    readonly observedRotate?: string
    readonly observedCompromised?: string
  } = {}
) => {
  const { epoch = 1, proven = true, leaf = "0A0A0A0A0A", ready, waitingFor = null, failures = [], ...observed } = over
  return {
    phase,
    epoch,
    waitingFor,
    conditions: [
      ready === undefined
        ? condition("Ready", "True", "InSync", "1 pod and 1 target agree, until 2027-01-01 and on")
        : condition("Ready", "False", "TargetNotInSync", ready),
      phase === "STABLE"
        ? condition("Rotating", "False", "Stable", "nothing changes at the moment")
        : condition("Rotating", "True", phase, `${phase.toLowerCase()} goes on, as it was asked for`)
    ],
    leafNotAfter: "2027-01-01T00:00:00Z",
    authorityNotAfter: "2028-01-01T00:00:00Z",
    certificates: [],
    targetsInSync: "1/1",
    targets: [{ name: "ValidatingWebhookConfiguration/hook", inSync: true, epoch }],
    apiServersProven: proven ? "1/1" : "0/1",
    reach: "all",
    apiServers: [{ name: "10.0.0.1:6443", proven }],
    pods: [{ name: "hook-1", serialNumber: leaf, trusted: true }],
    failures,
    ...observed
  }
}

type Status = ReturnType<typeof statusOf>

/** The kind WebhookCertificate, and an operator that steps through these statuses when it is asked to rotate. */
export const playRotations = Effect.fnUntraced(function* (
  cluster: TestCluster.TestCluster,
  steps: (observed: {
    readonly observedRotate?: string
    readonly observedCompromised?: string
  }) => ReadonlyArray<Status>
) {
  const client = yield* make({ text: cluster.kubeconfig })
  yield* client.apply(definition)
  yield* client
    .list({ apiVersion: "certificates.holdfast.dev/v1alpha1", kind: "WebhookCertificate" })
    .pipe(Effect.retry({ schedule: Schedule.spaced("50 millis"), times: 100 }))
  const write = (object: KubernetesObject, status: Status) =>
    client.patch(toRef(object), { type: "merge", subresource: "status", body: { status } })
  const taken = new Set<string>()
  yield* client.watch({ apiVersion: "certificates.holdfast.dev/v1alpha1", kind: "WebhookCertificate" }).pipe(
    Stream.runForEach((event) => {
      if (event._tag !== "Added" && event._tag !== "Modified") return Effect.void
      const { annotations = {} } = event.object.metadata
      const observedRotate = annotations["certificates.holdfast.dev/rotate"]
      const observedCompromised = annotations["certificates.holdfast.dev/compromised"]
      const text = observedRotate ?? observedCompromised
      if (text === undefined || taken.has(text)) return Effect.void
      taken.add(text)
      const observed = observedRotate === undefined ? { observedCompromised: text } : { observedRotate: text }
      return Effect.forEach(
        steps(observed),
        (status) => Effect.andThen(write(event.object, status), Effect.sleep(50)),
        {
          discard: true
        }
      ).pipe(Effect.ignore)
    }),
    Effect.forkScoped
  )
  return { client, write }
})
