/** Reads the fields of a WebhookCertificate's spec, each with an error that names it. */
import type { KeyAlgorithm } from "@holdfast/certificates/KeyPair"
import * as KubernetesDuration from "@holdfast/retry-core/KubernetesDuration"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import type { Lifetime, Spec, TargetKind, TargetSpec } from "../../certificate/WebhookCertificate.ts"

/**
 * A field of a WebhookCertificate cannot be as it is.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidWebhookCertificate extends Data.TaggedError("InvalidWebhookCertificate")<{
  /** Its path: `spec.leaf.validity`. */
  readonly field: string
  /** How it has to be. */
  readonly problem: string
}> {
  override get message(): string {
    return `${this.field}: ${this.problem}`
  }
}

type Read<A> = Result.Result<A, InvalidWebhookCertificate>

export const refuse = (field: string, problem: string): Result.Result<never, InvalidWebhookCertificate> =>
  Result.fail(new InvalidWebhookCertificate({ field, problem }))

export const readSecretName = (field: string, value: unknown): Read<string> => {
  if (typeof value !== "string" || value === "") return refuse(field, "name a Secret")
  return value.length <= 253 && subdomain.test(value)
    ? Result.succeed(value)
    : refuse(field, `"${value}" is no name of a Secret: lower-case letters, digits, - and . only`)
}

export const readService = (value: unknown): Read<Spec["service"]> => {
  if (value === undefined) return Result.succeed(undefined)
  const { name, port = 443 } = record(value)
  if (typeof name !== "string" || !label.test(name)) return refuse("spec.service.name", "name a Service")
  return typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65_535
    ? Result.succeed({ name, port })
    : refuse("spec.service.port", "give a port between 1 and 65535")
}

export const readDnsNames = (value: unknown = []): Read<ReadonlyArray<string>> =>
  each("spec.dnsNames", value, (field, name) =>
    typeof name === "string" && name.length <= 253 && dnsName.test(name)
      ? Result.succeed(name)
      : refuse(field, `${JSON.stringify(name)} is no DNS name`)
  )

const kinds: ReadonlyArray<unknown> = [
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
  "CustomResourceDefinition",
  "APIService"
] satisfies ReadonlyArray<TargetKind>

export const readTargets = (value: unknown): Read<ReadonlyArray<TargetSpec>> =>
  Array.isArray(value) && value.length > 0
    ? each("spec.targets", value, readTarget)
    : refuse("spec.targets", "name at least one object whose caBundle is to be kept")

const readTarget = (field: string, value: unknown): Read<TargetSpec> =>
  Result.gen(function* () {
    const { kind, name, selector, webhooks } = record(value)
    if (!kinds.includes(kind)) return yield* refuse(`${field}.kind`, `it is one of ${kinds.join(", ")}`)
    if ((name === undefined) === (selector === undefined)) {
      return yield* refuse(field, "give either a name or a selector")
    }
    if (name !== undefined && (typeof name !== "string" || name === "")) {
      return yield* refuse(`${field}.name`, "name an object")
    }
    const { matchLabels } = record(selector)
    if (selector !== undefined && (!isLabels(matchLabels) || Object.keys(matchLabels).length === 0)) {
      return yield* refuse(`${field}.selector.matchLabels`, "give at least one label")
    }
    if (webhooks !== undefined && !String(kind).endsWith("WebhookConfiguration")) {
      return yield* refuse(`${field}.webhooks`, `a ${kind} has no entries to choose from`)
    }
    const entries = yield* webhooks === undefined
      ? Result.succeed(undefined)
      : each(`${field}.webhooks`, webhooks, (at, entry) =>
          typeof entry === "string" && entry !== "" ? Result.succeed(entry) : refuse(at, "name an entry")
        )
    return {
      kind: kind as TargetKind,
      ...(typeof name === "string" && { name }),
      ...(isLabels(matchLabels) && { matchLabels }),
      ...(entries !== undefined && { webhooks: entries })
    }
  })

const algorithms: ReadonlyArray<unknown> = [
  "ECDSA-P256",
  "RSA-2048",
  "RSA-4096",
  "Ed25519"
] satisfies ReadonlyArray<KeyAlgorithm>

export const readKeyAlgorithm = (value: unknown = "ECDSA-P256"): Read<KeyAlgorithm> =>
  algorithms.includes(value)
    ? Result.succeed(value as KeyAlgorithm)
    : refuse("spec.keyAlgorithm", `it is one of ${algorithms.join(", ")}`)

export const readAuthority = (value: unknown): Read<Spec["authority"]> =>
  Result.gen(function* () {
    const { secretName } = record(value)
    return {
      // An hour before and after is spent on clocks that disagree.
      ...(yield* readLifetime("spec.authority", value, "8760h", 6 * 3_600_000, "6h")),
      ...(secretName !== undefined && { secretName: yield* readSecretName("spec.authority.secretName", secretName) })
    }
  })

export const readLeaf = (value: unknown): Read<Lifetime> => readLifetime("spec.leaf", value, "720h", 600_000, "10m")

const readLifetime = (field: string, value: unknown, byDefault: string, least: number, leastText: string) =>
  Result.gen(function* () {
    const fields = record(value)
    const validity = yield* readDuration(`${field}.validity`, fields["validity"], byDefault)
    if (validity < least) return yield* refuse(`${field}.validity`, `it must be at least ${leastText}`)
    const given = fields["renewBefore"]
    const renewBefore = given === undefined ? validity / 3 : yield* readDuration(`${field}.renewBefore`, given, "")
    return renewBefore > 0 && renewBefore < validity
      ? { validity, renewBefore }
      : yield* refuse(`${field}.renewBefore`, `it must be longer than 0s and shorter than ${field}.validity`)
  })

export const readDuration = (field: string, value: unknown, byDefault: string): Read<number> => {
  const text = value ?? byDefault
  if (typeof text !== "string") return refuse(field, "write a duration such as 30m or 720h")
  const parsed = Result.map(KubernetesDuration.parse(text), Duration.toMillis)
  if (Result.isFailure(parsed)) return refuse(field, `"${text}" is no duration: write for instance 30m or 720h`)
  return parsed.success >= 0 ? Result.succeed(parsed.success) : refuse(field, "it must not be negative")
}

const each = <A>(
  field: string,
  values: unknown,
  read: (field: string, value: unknown) => Read<A>
): Read<ReadonlyArray<A>> =>
  Array.isArray(values)
    ? Result.all(values.map((value, index) => read(`${field}[${index}]`, value)))
    : refuse(field, "it is a list")

const label = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const dnsName = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {}

const isLabels = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === "object" && value !== null && Object.values(value).every((each) => typeof each === "string")
