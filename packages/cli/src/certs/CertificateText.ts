/**
 * Certificates for people and programs.
 *
 * @since 0.1.0
 */
import type { Certificate } from "@holdfast/certificates/Certificate"
import * as Moments from "../output/Moments.ts"
import type { Paint } from "../output/Paint.ts"
import { clean, wrap } from "../output/TextWidth.ts"

const month = 30 * 86_400_000

/**
 * How the time that a certificate has is to be seen: `over` when it has expired, `ahead` when it has not begun, `soon`
 * in its last 30 days.
 *
 * @category queries
 * @since 0.1.0
 */
export const stateOf = (
  { notAfter, notBefore }: Pick<Certificate, "notAfter" | "notBefore">,
  now: Date
): "valid" | "soon" | "over" | "ahead" =>
  now > notAfter ? "over" : now < notBefore ? "ahead" : notAfter.getTime() - now.getTime() < month ? "soon" : "valid"

/**
 * The colour of a state.
 *
 * @category rendering
 * @since 0.1.0
 */
export const colours = { valid: "green", soon: "yellow", over: "red", ahead: "cyan" } as const satisfies Record<
  ReturnType<typeof stateOf>,
  keyof Paint
>

/**
 * When a certificate ends, or begins: `in 29d`, `3d ago`, `begins in 2h`.
 *
 * @category rendering
 * @since 0.1.0
 */
export const end = (certificate: Pick<Certificate, "notAfter" | "notBefore">, now: Date, paint: Paint): string => {
  const state = stateOf(certificate, now)
  const text =
    state === "ahead"
      ? `begins ${Moments.fromNow(certificate.notBefore, now)}`
      : Moments.fromNow(certificate.notAfter, now)
  return state === "valid" ? text : paint[colours[state]](text)
}

/**
 * The common name in a distinguished name, or all of it where there is none.
 *
 * @category getters
 * @since 0.1.0
 */
export const commonName = (distinguishedName: string): string =>
  /(?:^|, )CN=((?:[^,\\]|\\.)+)/.exec(distinguishedName)?.[1] ?? distinguishedName

/**
 * A certificate as JSON.
 *
 * @category rendering
 * @since 0.1.0
 */
export const toJson = (certificate: Certificate) => ({
  subject: certificate.subject,
  issuer: certificate.issuer,
  dnsNames: certificate.dnsNames,
  ipAddresses: certificate.ipAddresses,
  notBefore: certificate.notBefore.toISOString(),
  notAfter: certificate.notAfter.toISOString(),
  isCA: certificate.isCA,
  keyAlgorithm: certificate.keyAlgorithm,
  serialNumber: certificate.serialNumber,
  fingerprint256: certificate.fingerprint256,
  spkiSha256: certificate.spkiSha256
})

/**
 * All that a certificate says, in lines of at most `columns`, where words allow.
 *
 * @category rendering
 * @since 0.1.0
 */
export const lines = (
  certificate: Certificate,
  { columns, now, paint }: { readonly now: Date; readonly paint: Paint; readonly columns: number }
): ReadonlyArray<string> => {
  const { fingerprint256, isCA, issuer, keyAlgorithm, notAfter, notBefore, serialNumber, subject } = certificate
  const names = [...certificate.dnsNames, ...certificate.ipAddresses]
  const fields: ReadonlyArray<readonly [name: string, value: string]> = [
    ["issuer", issuer === subject ? "itself" : issuer],
    ...(names.length === 0 ? [] : [["names", names.join(", ")] as const]),
    ["valid", `${Moments.format(notBefore)} to ${Moments.format(notAfter)}`],
    ["ends", end(certificate, now, paint)],
    ["key", keyAlgorithm],
    ["serial", serialNumber],
    ["SHA-256", fingerprint256]
  ]
  return [
    ...wrap(clean(`${subject || "(no subject)"}${isCA ? " (may sign others)" : ""}`), columns).map(paint.bold),
    ...fields.flatMap(([name, value]) => {
      const [first = "", ...rest] = wrap(name === "ends" ? value : clean(value), columns - 10)
      return [`  ${name.padEnd(8)}${first}`, ...rest.map((line) => `${" ".repeat(10)}${line}`)]
    })
  ]
}
