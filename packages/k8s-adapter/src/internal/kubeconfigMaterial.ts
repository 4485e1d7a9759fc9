/**
 * Certificates and keys of a kubeconfig, read and looked at before Node's TLS gets them: to Node a broken CA is an
 * empty trust store, and a certificate without its key is no certificate, both without a word.
 */
import { createPrivateKey, X509Certificate } from "node:crypto"
import { dirname, isAbsolute, join } from "node:path"
import * as Certificate from "@holdfast/certificates/Certificate"
import * as KeyPair from "@holdfast/certificates/KeyPair"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { CertificateError, type Reason } from "../CertificateError.ts"
import { KubeconfigError } from "../KubeconfigError.ts"
import * as Files from "./files.ts"
import type { Entry } from "./kubeconfigDocument.ts"

/** A place in a kubeconfig, for messages. */
export interface Place {
  readonly path: string | undefined
  readonly context: string | undefined
  readonly field: string
}

/** A client certificate with its key, known to belong together. */
export interface ClientCertificate {
  /** The certificate, and the intermediates behind it, as PEM. */
  readonly chainPem: string
  readonly privateKeyPem: Redacted.Redacted
  readonly subject: string
  readonly notBefore: Date
  readonly notAfter: Date
}

export const invalidField = (
  place: Place,
  detail: string,
  hint: string,
  reason: "invalid-field" | "unreadable" = "invalid-field"
): KubeconfigError =>
  new KubeconfigError({
    reason,
    ...(place.path === undefined ? {} : { path: place.path }),
    ...(place.context === undefined ? {} : { context: place.context }),
    field: place.field,
    detail,
    hint
  })

export const brokenMaterial = (place: Place, reason: Reason, problem: string): CertificateError =>
  new CertificateError({
    reason,
    where: "kubeconfig",
    detail: `${place.path === undefined ? "" : `${place.path}, `}${
      place.context === undefined ? "" : `context "${place.context}", `
    }${place.field}: ${problem}`
  })

/** Paths in a kubeconfig are relative to the folder of the file that they stand in. */
export const resolvePath = (path: string, file: string | undefined): string =>
  isAbsolute(path) || file === undefined ? path : join(dirname(file), path)

/**
 * Reads what a pair of fields (`certificate-authority-data` and `certificate-authority`) holds, the data before the
 * file, as client-go does. Without either it is `undefined`.
 */
export const readPem = Effect.fnUntraced(function* (entry: Entry, field: string, at: (field: string) => Place) {
  const data = yield* text(entry, `${field}-data`, at)
  if (data !== undefined) {
    const place = at(`${field}-data`)
    // Buffer.from skips what is not base64 and would hand a cut or garbled text on as something shorter.
    const compact = data.replaceAll(/\s/g, "")
    return /^[A-Za-z0-9+/]*={0,2}$/.test(compact) && compact.length % 4 === 0
      ? { pem: Buffer.from(compact, "base64").toString("utf8"), place }
      : yield* invalidField(
          place,
          "it is not base64",
          `Encode the PEM text with "base64 -w0", or give the file's path as ${field}.`
        )
  }
  const path = yield* text(entry, field, at)
  if (path === undefined) return undefined
  const file = resolvePath(path, entry.file)
  return { pem: yield* readTextFile(file, at(field)), place: { ...at(field), field: `${at(field).field} (${file})` } }
})

export const readTextFile = (file: string, place: Place): Effect.Effect<string, KubeconfigError> =>
  Effect.mapError(Files.readText(file), ({ code }) =>
    invalidField(
      place,
      `the file ${file} cannot be read (${code})`,
      "Check that the file is there and that you may read it; a relative path counts from the kubeconfig's folder.",
      "unreadable"
    )
  )

/** A field that is a string; absent and empty are the same, as in client-go. */
export const text = (
  entry: Entry,
  field: string,
  at: (field: string) => Place
): Effect.Effect<string | undefined, KubeconfigError> => {
  const value = entry.fields[field]
  if (value === undefined || value === null || value === "") return Effect.undefined
  return typeof value === "string"
    ? Effect.succeed(value)
    : Effect.fail(invalidField(at(field), "it is not a string", "Put the value in quotes."))
}

const begin = "-----BEGIN CERTIFICATE-----\n"
const end = "\n-----END CERTIFICATE-----"
const base64 = /^[A-Za-z0-9+/=\n]+$/

/** A certificate of which nothing has to be said, from what stands behind its first line. */
const flawlessBlock = (text: string): X509Certificate | undefined => {
  const [body, ...behind] = text.split(end)
  if (body === undefined || behind.length !== 1 || !base64.test(body)) return undefined
  const der = Buffer.from(body, "base64")
  try {
    const certificate = new X509Certificate(der)
    return certificate.raw.length === der.length && certificate.publicKey !== undefined ? certificate : undefined
  } catch {
    return undefined
  }
}

/**
 * The certificates of a text with which nothing is wrong; of any other, `undefined`, and `Certificate.parseAll` says
 * what it is. This look costs a program's start a tenth of the whole model, with its digests of each key.
 */
const flawless = (pem: string): ReadonlyArray<X509Certificate> | undefined => {
  const blocks = pem.split(begin).slice(1)
  const certificates = blocks.map(flawlessBlock).filter((one) => one !== undefined)
  const whole = certificates.length > 0 && certificates.length === pem.split("-----BEGIN").length - 1
  return whole ? certificates : undefined
}

const flawlessPair = (certificatePem: string, keyPem: string): ClientCertificate | undefined => {
  const leaf = flawless(certificatePem)?.[0]
  try {
    return leaf?.checkPrivateKey(createPrivateKey(keyPem)) === true
      ? {
          chainPem: certificatePem,
          privateKeyPem: Redacted.make(keyPem),
          subject: leaf.subject.replaceAll("\n", ", "),
          notBefore: leaf.validFromDate,
          notAfter: leaf.validToDate
        }
      : undefined
  } catch {
    return undefined
  }
}

/** Makes sure that a CA bundle holds certificates, and nothing that cannot be read. */
export const checkAuthorities = (pem: string, place: Place): Result.Result<string, CertificateError> =>
  flawless(pem) === undefined
    ? Result.mapBoth(Certificate.parseAll(pem), {
        onSuccess: () => pem,
        onFailure: (error) => brokenMaterial(place, "invalid-ca-bundle", error.message)
      })
    : Result.succeed(pem)

/** Makes sure that certificate and key can be read and belong together. */
export const checkPair = (
  certificate: { readonly pem: string; readonly place: Place },
  key: { readonly pem: string; readonly place: Place }
): Result.Result<ClientCertificate, CertificateError> =>
  Result.gen(function* () {
    const pair = flawlessPair(certificate.pem, key.pem)
    if (pair !== undefined) return pair
    const [leaf] = yield* Result.mapError(Certificate.parseAll(certificate.pem), (error) =>
      brokenMaterial(certificate.place, "malformed", error.message)
    )
    const { privateKeyPem } = yield* Result.mapError(KeyPair.parse(key.pem), (error) =>
      brokenMaterial(key.place, "malformed", error.message)
    )
    if (!KeyPair.matches(leaf, privateKeyPem)) {
      return yield* Result.fail(
        brokenMaterial(key.place, "malformed", `the private key does not belong to the certificate of ${leaf.subject}`)
      )
    }
    return {
      chainPem: certificate.pem,
      privateKeyPem: Redacted.make(key.pem),
      subject: leaf.subject,
      notBefore: leaf.notBefore,
      notAfter: leaf.notAfter
    }
  })
