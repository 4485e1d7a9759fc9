/** An admission and conversion webhook with a serving certificate that a test can swap. */

import * as https from "node:https"
import type { AddressInfo } from "node:net"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import { Effect, Redacted, type Scope } from "effect"

export interface Hook {
  readonly port: number
  /** Requests it was asked about: `UPDATE widgets/a`. */
  readonly asked: Array<string>
  /** Makes it serve a leaf of a new authority; gives the authority's bundle, in base64. */
  readonly rotate: Effect.Effect<string>
  /** Answers with a denial when it gives one. */
  deny: (what: string) => string | undefined
}

interface AdmissionReview {
  readonly request: {
    readonly uid: string
    readonly operation: string
    readonly name: string
    readonly resource: { readonly resource: string }
  }
}

interface ConversionReview {
  readonly kind: "ConversionReview"
  readonly request: {
    readonly uid: string
    readonly desiredAPIVersion: string
    readonly objects: ReadonlyArray<{ readonly kind: string }>
  }
}

/** Versions that differ in their name alone. */
const converted = ({ request }: ConversionReview) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "ConversionReview",
  response: {
    uid: request.uid,
    result: { status: "Success" },
    convertedObjects: request.objects.map((object) => ({ ...object, apiVersion: request.desiredAPIVersion }))
  }
})

const issue = (dnsName: string) =>
  Effect.gen(function* () {
    const authority = yield* CertificateAuthority.make({ commonName: "hook CA", validity: "1 day" })
    const leaf = yield* CertificateAuthority.issue(authority, { dnsNames: [dnsName], validity: "1 day" })
    return {
      bundle: Buffer.from(authority.certificate.pem).toString("base64"),
      cert: leaf.chainPem,
      key: Redacted.value(leaf.privateKeyPem) as string
    }
  }).pipe(Effect.orDie)

export const makeHook = (dnsName: string): Effect.Effect<Hook, never, Scope.Scope> =>
  Effect.gen(function* () {
    const asked: Array<string> = []
    const first = yield* issue(dnsName)
    const server = yield* Effect.acquireRelease(
      Effect.promise(
        () =>
          new Promise<https.Server>((resolve) => {
            const listening = https.createServer(first, (request, response) => {
              const chunks: Array<Buffer> = []
              request.on("data", (chunk: Buffer) => chunks.push(chunk))
              request.on("end", () => {
                const review = JSON.parse(Buffer.concat(chunks).toString()) as AdmissionReview | ConversionReview
                response.setHeader("content-type", "application/json")
                if ("objects" in review.request) {
                  asked.push(`CONVERT to ${review.request.desiredAPIVersion}`)
                  return response.end(JSON.stringify(converted(review as ConversionReview)))
                }
                const what = `${review.request.operation} ${review.request.resource.resource}/${review.request.name}`
                asked.push(what)
                const message = hook.deny(what)
                const status = message === undefined ? {} : { status: { message } }
                return response.end(
                  JSON.stringify({
                    apiVersion: "admission.k8s.io/v1",
                    kind: "AdmissionReview",
                    response: { uid: review.request.uid, allowed: message === undefined, ...status }
                  })
                )
              })
            })
            listening.keepAliveTimeout = 120_000
            listening.listen(0, "127.0.0.1", () => resolve(listening))
          })
      ),
      (listening) => Effect.sync(() => listening.close().closeAllConnections())
    )
    const hook: Hook = {
      port: (server.address() as AddressInfo).port,
      asked,
      deny: () => undefined,
      rotate: Effect.map(issue(dnsName), ({ bundle, cert, key }) => {
        server.setSecureContext({ cert, key })
        return bundle
      })
    }
    return hook
  })
