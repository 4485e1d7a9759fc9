/**
 * Admission webhooks of a test: a Service that leads to a server of ours, and the configuration that names it.
 */
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as Effect from "effect/Effect"
import type { Answer, Json } from "./Api.ts"
import type { Lab } from "./Lab.ts"
import { configMap, eventually } from "./Objects.ts"
import * as TlsServer from "./TlsServer.ts"

/** A webhook server behind the Service `hook` of the test's namespace, under a CA of its own. */
interface Hook {
  readonly ca: CertificateAuthority.CertificateAuthority
  readonly caBundle: string
  /** What the webhook was asked to review, the first one first. */
  readonly reviewed: () => ReadonlyArray<Json>
}

/** Decides on an `AdmissionReview`'s request; what comes back is its response, without the uid. */
export type Review = (request: Json) => Json

export const allow: Review = () => ({ allowed: true })

export const deny =
  (status: Json): Review =>
  () => ({ allowed: false, status })

/** Answers with a JSON patch. */
export const patching = (patch: ReadonlyArray<Json>): Json => ({
  allowed: true,
  patchType: "JSONPatch",
  patch: Buffer.from(JSON.stringify(patch)).toString("base64")
})

export const base64 = (text: string): string => Buffer.from(text).toString("base64")

export const newCa = (commonName = "hooks") =>
  Effect.orDie(CertificateAuthority.make({ commonName, validity: "90 days" }))

/** A leaf for the Service `hook` of a namespace. */
export const leafFor = (
  ca: CertificateAuthority.CertificateAuthority,
  namespace: string,
  options: Partial<CertificateAuthority.IssueOptions> = {}
) =>
  Effect.orDie(CertificateAuthority.issue(ca, { dnsNames: [`hook.${namespace}.svc`], validity: "30 days", ...options }))

/** Makes the Service `hook` and sends it to a server. */
export const route = Effect.fnUntraced(function* (lab: Lab, server: TlsServer.TlsServer, name = "hook") {
  yield* lab.api.post(`/api/v1/namespaces/${lab.namespace}/services`, {
    metadata: { name },
    spec: { ports: [{ port: 443 }] }
  })
  yield* lab.cluster.route({ namespace: lab.namespace, name }, server)
})

/** Serves a webhook with a good certificate. */
export const serve = Effect.fnUntraced(function* (lab: Lab, review: Review) {
  const ca = yield* newCa()
  const leaf = yield* leafFor(ca, lab.namespace)
  const server = yield* TlsServer.make({ _tag: "Tls", leaf }, ({ body }) => ({
    body: { apiVersion: body.apiVersion, kind: body.kind, response: { uid: body.request.uid, ...review(body.request) } }
  }))
  yield* route(lab, server)
  return {
    ca,
    caBundle: base64(ca.certificate.pem),
    reviewed: () => server.received.map(({ body }) => body.request)
  } satisfies Hook
})

/** An entry for ConfigMaps of the test's own namespace that are created; `more` adds to it and overrides it. */
export const entry = (lab: Lab, caBundle: string | undefined, more: Json = {}): Json => {
  const { service, ...rest } = more
  return {
    name: "hook.example.com",
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
    clientConfig: {
      ...(caBundle === undefined ? {} : { caBundle }),
      service: { namespace: lab.namespace, name: "hook", path: "/review", ...service }
    },
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": lab.namespace } },
    rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }],
    ...rest
  }
}

const paths = {
  Validating: "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
  Mutating: "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
}

/** Registers webhooks under the test's unique name, until the scope ends. */
export const register = Effect.fnUntraced(function* (
  { api, unique }: Lab,
  kind: keyof typeof paths,
  webhooks: ReadonlyArray<Json>
) {
  const path = paths[kind]
  return yield* Effect.acquireRelease(api.post(path, { metadata: { name: unique }, webhooks }), () =>
    api.delete(`${path}/${unique}`)
  )
})

/** Creates ConfigMaps as a dry run until the answer is as wished, since a webhook is in effect a moment after it is written. */
export const untilCreating = ({ api, namespace }: Lab, wished: (answer: Answer) => boolean) =>
  eventually(api.post(`/api/v1/namespaces/${namespace}/configmaps?dryRun=All`, configMap("probe")), wished)

/** A server that takes requests and never answers. */
export const silent = (leaf: CertificateAuthority.IssuedCertificate) =>
  TlsServer.make({ _tag: "Tls", leaf }, () => "never")

/** A server that answers everything alike. */
export const answering = (leaf: CertificateAuthority.IssuedCertificate, reply: TlsServer.Reply) =>
  TlsServer.make({ _tag: "Tls", leaf }, () => reply)
