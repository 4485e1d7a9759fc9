/**
 * Things that an API server calls, each in a namespace of its own with its Service, its endpoints, its Secret and a
 * server that answers; sound, but for what is planted.
 */
import { createServer } from "node:https"
import type { AddressInfo, Socket } from "node:net"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import type * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import type { TestCluster } from "@holdfast/testkit/TestCluster"
import { Effect, Redacted } from "effect"

const day = 86_400_000

const base64 = (text: string) => Buffer.from(text).toString("base64")

export interface Fault {
  /** Of the namespace, the Service and what calls it. */
  readonly name: string
  readonly kind: "webhook" | "conversion" | "api"
  readonly leaf?: Partial<CertificateAuthority.IssueOptions>
  /** What the configuration trusts: its own authority, unless given. */
  readonly trusts?: "another" | "nobody" | "Cg=="
  readonly endpoints?: false
  readonly down?: true
  /** Rules for the whole cluster. */
  readonly everywhere?: ReadonlyArray<unknown>
}

export interface Planted {
  readonly fault: Fault
  /** Issues a certificate by the thing's own authority, puts it into the Secret, and serves it, as a pod would. */
  readonly renew: (dnsName: string, secret: string) => Effect.Effect<unknown, unknown>
  /** What controllers do when pods with these labels become ready. */
  readonly ready: (labels: string) => Effect.Effect<unknown, unknown>
  readonly up: Effect.Effect<void>
}

/** Answers admission reviews, conversion reviews, and reads of an API group, over TLS. */
const serve = Effect.fnUntraced(function* (group: string) {
  const sockets = new Set<Socket>()
  const answer = (method: string, body: string): unknown => {
    if (method === "GET") {
      const resources = [{ name: "cups", singularName: "cup", namespaced: false, kind: "Cup", verbs: ["get"] }]
      return { kind: "APIResourceList", apiVersion: "v1", groupVersion: `${group}/v1`, resources }
    }
    const { request, ...review } = JSON.parse(body)
    return review.kind === "ConversionReview"
      ? {
          ...review,
          response: {
            uid: request.uid,
            convertedObjects: request.objects.map((one: object) => ({ ...one, apiVersion: request.desiredAPIVersion })),
            result: { status: "Success" }
          }
        }
      : { ...review, response: { uid: request.uid, allowed: true } }
  }
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      response.setHeader("content-type", "application/json")
      response.end(JSON.stringify(answer(request.method ?? "", Buffer.concat(chunks).toString())))
    })
  })
  server.on("connection", (socket: Socket) => {
    sockets.add(socket)
    socket.on("error", () => {})
  })
  const cut = () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  let port = 0
  const up = Effect.callback<void>((resume) => {
    server.listen(port, "127.0.0.1", () => {
      port = (server.address() as AddressInfo).port
      resume(Effect.void)
    })
  })
  const down = Effect.callback<void>((resume) => {
    server.close(() => resume(Effect.void))
    cut()
  })
  yield* Effect.acquireRelease(up, () => Effect.andThen(Effect.sync(cut), Effect.ignore(down)))
  const present = (leaf: CertificateAuthority.IssuedCertificate) =>
    Effect.sync(() => {
      server.setSecureContext({ cert: leaf.chainPem, key: Redacted.value(leaf.privateKeyPem) })
      cut()
    })
  return { target: { host: "127.0.0.1" as const, port }, present, up, down }
})

const calling = (fault: Fault, caBundle: string | undefined): ReadonlyArray<KubernetesObject> => {
  const { name } = fault
  const clientConfig = { service: { name, namespace: name }, ...(caBundle === undefined ? {} : { caBundle }) }
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } }
  switch (fault.kind) {
    case "webhook": {
      const own = {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }]
      }
      return [
        {
          apiVersion: "admissionregistration.k8s.io/v1",
          kind: "ValidatingWebhookConfiguration",
          metadata: { name },
          webhooks: [
            {
              name: `${name}.example.org`,
              admissionReviewVersions: ["v1"],
              sideEffects: "None",
              failurePolicy: "Fail",
              clientConfig,
              ...(fault.everywhere === undefined ? own : { rules: fault.everywhere })
            }
          ]
        }
      ]
    }
    case "conversion":
      return [
        {
          apiVersion: "apiextensions.k8s.io/v1",
          kind: "CustomResourceDefinition",
          metadata: { name: `things.${name}.example.org` },
          spec: {
            group: `${name}.example.org`,
            scope: "Namespaced",
            names: { plural: "things", kind: "Thing" },
            conversion: { strategy: "Webhook", webhook: { conversionReviewVersions: ["v1"], clientConfig } },
            versions: ["v1", "v2"].map((version) => ({
              name: version,
              served: true,
              storage: version === "v1",
              schema
            }))
          }
        }
      ]
    case "api":
      return [
        {
          apiVersion: "apiregistration.k8s.io/v1",
          kind: "APIService",
          metadata: { name: `v1.${name}.example.org` },
          spec: {
            group: `${name}.example.org`,
            version: "v1",
            groupPriorityMinimum: 100,
            versionPriority: 10,
            ...clientConfig
          }
        }
      ]
  }
}

export const plant = Effect.fnUntraced(function* (cluster: TestCluster, admin: KubernetesClient.Shape, fault: Fault) {
  const { name } = fault
  const start = yield* Effect.sync(() => new Date(Date.now() - 30 * day))
  const authority = { commonName: `${name}-ca`, validity: "3650 days", notBefore: start } as const
  const ca = yield* CertificateAuthority.make(authority)
  const another = yield* CertificateAuthority.make(authority)
  const first = yield* CertificateAuthority.issue(ca, {
    dnsNames: [`${name}.${name}.svc`],
    validity: "365 days",
    ...fault.leaf
  })
  const server = yield* serve(`${name}.example.org`)
  yield* server.present(first)
  yield* cluster.route({ namespace: name, name }, server.target)
  const apply = (object: KubernetesObject) => admin.apply(object, { fieldManager: "planted", force: true })
  const secret = (key: string, leaf: CertificateAuthority.IssuedCertificate): KubernetesObject => {
    const [namespace = "", secretName = ""] = key.split("/")
    return {
      apiVersion: "v1",
      kind: "Secret",
      type: "kubernetes.io/tls",
      metadata: { namespace, name: secretName },
      data: {
        "ca.crt": base64(ca.certificate.pem),
        "tls.crt": base64(leaf.chainPem),
        "tls.key": base64(Redacted.value(leaf.privateKeyPem))
      }
    }
  }
  const ready = (labels: string) =>
    Effect.gen(function* () {
      yield* apply({
        apiVersion: "v1",
        kind: "Pod",
        metadata: {
          name: "serving",
          namespace: name,
          labels: Object.fromEntries(labels.split(",").map((one) => one.split("=")))
        },
        spec: {
          containers: [{ name: "serving", image: "serving" }],
          volumes: [{ name: "tls", secret: { secretName: `${name}-serving` } }]
        }
      })
      return yield* apply({
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: { name, namespace: name, labels: { "kubernetes.io/service-name": name } },
        addressType: "IPv4",
        endpoints: [{ addresses: ["192.0.2.1"], conditions: { ready: true } }],
        ports: [{ name: "", port: 443, protocol: "TCP" }]
      })
    })
  const caBundle =
    fault.trusts === "nobody"
      ? undefined
      : fault.trusts === "Cg=="
        ? "Cg=="
        : base64((fault.trusts === "another" ? another : ca).certificate.pem)
  yield* apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } })
  yield* apply({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: name },
    spec: { ports: [{ port: 443 }], selector: { app: name } }
  })
  // With no pod to mount it, a Secret is known by the Service's name.
  yield* apply(secret(fault.endpoints === false ? `${name}/${name}-tls` : `${name}/${name}-serving`, first))
  if (fault.endpoints !== false) yield* ready(`app=${name}`)
  for (const object of calling(fault, caBundle)) yield* apply(object)
  if (fault.down === true) yield* server.down
  return {
    fault,
    ready,
    up: server.up,
    renew: (dnsName, key) =>
      Effect.gen(function* () {
        const leaf = yield* CertificateAuthority.issue(ca, { dnsNames: [dnsName], validity: "365 days" })
        yield* apply(secret(key, leaf))
        yield* server.present(leaf)
      })
  } satisfies Planted as Planted
})
