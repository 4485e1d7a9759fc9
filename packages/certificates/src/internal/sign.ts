import { createPrivateKey, createPublicKey, randomBytes, webcrypto } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Certificate from "../Certificate.ts"
import type { KeyPair } from "../KeyPair.ts"

/** All that a certificate can say, before it is signed. */
export interface Template {
  /** Who the certificate is for; its issuer has the name and key of `issuer`, or of itself when there is none. */
  readonly subject:
    | { readonly commonName?: string | undefined; readonly organization?: ReadonlyArray<string> | undefined }
    | Certificate.Certificate
  readonly publicKeyPem: string
  readonly issuer: { readonly certificate?: Certificate.Certificate | undefined; readonly key: KeyPair }
  readonly notBefore: Date
  readonly notAfter: Date
  readonly isCA: boolean
  readonly pathLength?: number | undefined
  readonly usages: ReadonlyArray<"server" | "client">
  readonly dnsNames: ReadonlyArray<string>
  readonly ipAddresses: ReadonlyArray<string>
  readonly authorityKeyIdentifier: boolean
}

/**
 * Turns a template into a signed certificate: v3, with a random positive serial number of 127 bits, with what Go and
 * OpenSSL ask for (basicConstraints critical, keyUsage critical, subject and authority key identifiers; RFC 5280 §4.2).
 */
export const sign = (template: Template): Effect.Effect<Certificate.Certificate> =>
  Effect.flatMap(
    Effect.promise(() => signedDer(template)),
    (der) => Result.match(Certificate.parse(der), { onFailure: Effect.die, onSuccess: Effect.succeed })
  )

const signedDer = async (template: Template): Promise<Uint8Array> => {
  const x509 = await import("./x509.ts")
  const spki = createPublicKey(template.publicKeyPem)
  const publicKey = new Uint8Array(spki.export({ type: "spki", format: "der" }))
  const issuer =
    template.issuer.certificate === undefined ? undefined : new x509.X509Certificate(template.issuer.certificate.der)
  // Given as a bare string, a name would be read as RFC 2253 and lose its quotes and backslashes.
  const text = (value: string) =>
    x509.Name.isPrintableString(value) ? { printableString: value } : { utf8String: value }
  // Names are compared byte by byte, so one that exists is copied and never spelled again.
  const subject =
    "der" in template.subject
      ? new x509.X509Certificate(template.subject.der).subjectName
      : new x509.Name([
          ...(template.subject.organization ?? []).map((name) => ({ O: [text(name)] })),
          ...(template.subject.commonName === undefined ? [] : [{ CN: [text(template.subject.commonName)] }])
        ])
  const names = [
    ...template.dnsNames.map((value) => ({ type: "dns" as const, value })),
    ...template.ipAddresses.map((value) => ({ type: "ip" as const, value }))
  ]
  const usage = x509.KeyUsageFlags
  const { key, algorithm } = await signingKey(template.issuer.key)
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject,
    issuer: issuer?.subjectName ?? subject,
    notBefore: template.notBefore,
    notAfter: template.notAfter,
    publicKey,
    signingKey: key,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(template.isCA, template.pathLength, true),
      new x509.KeyUsagesExtension(
        template.isCA
          ? usage.digitalSignature | usage.keyCertSign | usage.cRLSign
          : usage.digitalSignature | (spki.asymmetricKeyType === "rsa" ? usage.keyEncipherment : 0),
        true
      ),
      ...(template.usages.length === 0
        ? []
        : [new x509.ExtendedKeyUsageExtension(template.usages.map((each) => x509.ExtendedKeyUsage[`${each}Auth`]))]),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      ...(issuer === undefined || !template.authorityKeyIdentifier
        ? []
        : [
            new x509.AuthorityKeyIdentifierExtension(
              (
                issuer.getExtension(x509.SubjectKeyIdentifierExtension) ??
                (await x509.SubjectKeyIdentifierExtension.create(issuer.publicKey))
              ).keyId
            )
          ]),
      // A certificate without a subject is for its alternative names alone, which then are critical.
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names, subject.toString() === "")])
    ]
  })
  return new Uint8Array(certificate.rawData)
}

/** How many CAs a CA allows below itself; `undefined` for any number. */
export const pathLengthOf = async ({ der }: Certificate.Certificate): Promise<number | undefined> => {
  const x509 = await import("./x509.ts")
  return new x509.X509Certificate(der).getExtension(x509.BasicConstraintsExtension)?.pathLength
}

const serialNumber = (): string => {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes.toString("hex")
}

const hashes: Record<string, string> = { "P-384": "SHA-384", "P-521": "SHA-512" }

const signingKey = async (key: KeyPair) => {
  const pkcs8 = createPrivateKey(Redacted.value(key.privateKeyPem)).export({ type: "pkcs8", format: "der" })
  const [family, size] = key.algorithm.split("-")
  const namedCurve = `P-${size?.slice(1)}`
  const algorithm =
    family === "ECDSA"
      ? { name: "ECDSA", namedCurve, hash: hashes[namedCurve] ?? "SHA-256" }
      : family === "RSA"
        ? { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }
        : { name: key.algorithm }
  return { algorithm, key: await webcrypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]) }
}

/**
 * Where a new certificate's life begins: an hour before now, because clocks that lag behind ours have to find it valid
 * (kubernetes/kubernetes#76714, istio/istio#32176).
 */
export const backdated: Effect.Effect<Date> = Effect.map(Clock.currentTimeMillis, (now) =>
  wholeSeconds(now - Duration.toMillis("1 hour"))
)

/** The lifetime that options ask for. */
export const lifetime = (options: {
  readonly notBefore?: Date | undefined
  readonly validity: Duration.Input
}): Effect.Effect<{ readonly notBefore: Date; readonly notAfter: Date }> =>
  Effect.gen(function* () {
    const start = options.notBefore?.getTime() ?? (yield* Clock.currentTimeMillis)
    return {
      notBefore: options.notBefore === undefined ? yield* backdated : wholeSeconds(start),
      notAfter: wholeSeconds(start + Duration.toMillis(Duration.fromInputUnsafe(options.validity)))
    }
  })

/** X.509 counts in seconds. */
const wholeSeconds = (millis: number): Date => new Date(Math.floor(millis / 1000) * 1000)
