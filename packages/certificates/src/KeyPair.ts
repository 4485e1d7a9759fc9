/**
 * Key pairs for certificates. The private half travels as PKCS#8 PEM inside a `Redacted`, so that no log line, error
 * or inspection shows it.
 *
 * @since 0.1.0
 */

import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, X509Certificate } from "node:crypto"
import { promisify } from "node:util"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Certificate } from "./Certificate.ts"
import { keyAlgorithmOf } from "./internal/keys.ts"

/**
 * The kinds of keys that can be generated. `ECDSA-P256` is the default everywhere: Go and Node both verify it
 * fastest, and it is generated in under a millisecond, against a second or more for `RSA-4096`.
 *
 * @category models
 * @since 0.1.0
 */
export type KeyAlgorithm = "ECDSA-P256" | "RSA-2048" | "RSA-4096" | "Ed25519"

/**
 * A private key with its public half.
 *
 * @category models
 * @since 0.1.0
 */
export interface KeyPair {
  /** PKCS#8 PEM, as `tls.key` of a Kubernetes Secret has it. */
  readonly privateKeyPem: Redacted.Redacted
  /** SubjectPublicKeyInfo PEM. */
  readonly publicKeyPem: string
  /** `ECDSA-P256`, `RSA-2048`, `Ed25519`, and so on. */
  readonly algorithm: string
}

/**
 * The text is not a private key that can be used: it is no PEM key, or it is encrypted.
 *
 * @category errors
 * @since 0.1.0
 */
export class MalformedKey extends Data.TaggedError("MalformedKey")<{
  /** What is wrong, as the end of a sentence that begins with "the private key". Holds nothing of the content. */
  readonly problem: string
}> {
  override get message(): string {
    return `The private key ${this.problem}`
  }
}

/**
 * Generates a key pair on a thread of its own, so that RSA does not stop the event loop.
 *
 * @category constructors
 * @since 0.1.0
 */
export const generate = (options?: { readonly algorithm?: KeyAlgorithm | undefined }): Effect.Effect<KeyPair> =>
  Effect.map(
    Effect.promise(() => generateOf(options?.algorithm ?? "ECDSA-P256")),
    ({ privateKey }) => fromKeyObject(privateKey)
  )

/**
 * Reads a private key from PEM, in PKCS#8 or one of the older forms (`EC PRIVATE KEY`, `RSA PRIVATE KEY`).
 *
 * @category constructors
 * @since 0.1.0
 */
export const parse = (privateKeyPem: string | Redacted.Redacted): Result.Result<KeyPair, MalformedKey> =>
  Result.map(readPrivateKey(privateKeyPem), fromKeyObject)

/**
 * Tells whether a private key belongs to a certificate. Serving a pair that does not match fails every handshake, so
 * look before you swap. A key that cannot be read matches nothing.
 *
 * @category predicates
 * @since 0.1.0
 */
export const matches = (certificate: Certificate, privateKeyPem: string | Redacted.Redacted): boolean =>
  Result.match(readPrivateKey(privateKeyPem), {
    onFailure: () => false,
    onSuccess: (key) => new X509Certificate(certificate.der).checkPrivateKey(key)
  })

const generateOf = (algorithm: KeyAlgorithm): Promise<{ readonly privateKey: KeyObject }> => {
  switch (algorithm) {
    case "ECDSA-P256":
      return promisify(generateKeyPair)("ec", { namedCurve: "P-256" })
    case "RSA-2048":
      return promisify(generateKeyPair)("rsa", { modulusLength: 2048 })
    case "RSA-4096":
      return promisify(generateKeyPair)("rsa", { modulusLength: 4096 })
    case "Ed25519":
      return promisify(generateKeyPair)("ed25519")
  }
}

const fromKeyObject = (privateKey: KeyObject): KeyPair => ({
  privateKeyPem: Redacted.make(privateKey.export({ type: "pkcs8", format: "pem" }).toString()),
  publicKeyPem: createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString(),
  algorithm: keyAlgorithmOf(privateKey)
})

const readPrivateKey = (privateKeyPem: string | Redacted.Redacted): Result.Result<KeyObject, MalformedKey> => {
  const text = typeof privateKeyPem === "string" ? privateKeyPem : Redacted.value(privateKeyPem)
  return Result.try({
    try: () => createPrivateKey(text),
    catch: () =>
      new MalformedKey({
        problem: /ENCRYPTED/.test(text) ? "is encrypted" : "is not a PEM private key that can be read"
      })
  })
}
