/**
 * The one authoritative Secret of a rotation: its state as JSON, the material beside it, and what people want to know at
 * a glance as annotations.
 *
 * @since 0.1.0
 */
import * as Certificate from "@holdfast/certificates/Certificate"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as KeyPair from "@holdfast/certificates/KeyPair"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Data from "effect/Data"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type AuthorityMaterial, type LeafMaterial, prune, type RotationMaterial } from "./RotationMaterial.ts"
import type { RotationState } from "./RotationState.ts"

/**
 * The Secret has another content than a rotation writes; it is then as good as lost.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidRotationSecret extends Data.TaggedError("InvalidRotationSecret")<{
  /** The key of the Secret's data that is wrong. */
  readonly key: string
  /** What is wrong with it, as a sentence. Holds nothing of the content. */
  readonly problem: string
}> {
  override get message(): string {
    return `The rotation's Secret is not usable: ${this.key}: ${this.problem}`
  }
}

/**
 * A rotation as it is kept.
 *
 * @category models
 * @since 0.1.0
 */
export interface StoredRotation {
  readonly state: RotationState
  readonly material: RotationMaterial
}

/**
 * The prefix of the annotations.
 *
 * @category constants
 * @since 0.1.0
 */
export const group = "certificates.holdfast.dev"

/**
 * Writes a rotation as a Secret. Only what the state names is written.
 *
 * @category conversions
 * @since 0.1.0
 */
export const encode = (
  { material, state }: StoredRotation,
  metadata: {
    readonly name: string
    readonly namespace: string
    readonly resourceVersion?: string
    readonly labels?: Readonly<Record<string, string>>
  }
): KubernetesObject => {
  const kept = prune(material, state)
  const text: Record<string, string> = { "state.json": JSON.stringify(state) }
  for (const [id, { bridges, certificate, key }] of kept.authorities) {
    text[`authority-${id}.crt`] = certificate.pem
    text[`authority-${id}.key`] = Redacted.value(key.privateKeyPem)
    if (bridges.length > 0) text[`authority-${id}.bridges.crt`] = bridges.map(({ pem }) => pem).join("")
  }
  for (const [id, { chainPem, privateKeyPem }] of kept.leaves) {
    text[`leaf-${id}.crt`] = chainPem
    text[`leaf-${id}.key`] = Redacted.value(privateKeyPem)
  }
  for (const [id, { pem }] of kept.adopted) text[`adopted-${id}.crt`] = pem
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      ...metadata,
      annotations: {
        [`${group}/epoch`]: String(state.epoch),
        [`${group}/phase`]: state.phase,
        [`${group}/since`]: new Date(state.since).toISOString()
      }
    },
    type: "Opaque",
    data: Object.fromEntries(Object.entries(text).map(([key, value]) => [key, Buffer.from(value).toString("base64")]))
  }
}

/**
 * Reads a rotation from a Secret, and makes sure that everything the state names is there, is what it is named, and that
 * every key belongs to its certificate.
 *
 * @category conversions
 * @since 0.1.0
 */
export const decode = (secret: KubernetesObject): Result.Result<StoredRotation, InvalidRotationSecret> =>
  Result.gen(function* () {
    const read = reader(secret)
    const json = yield* read("state.json")
    const state = yield* Result.mapError(
      decodeState(json),
      () =>
        // The schema's own message quotes the content.
        new InvalidRotationSecret({ key: "state.json", problem: "It is no state of a rotation" })
    )
    const authorities = new Map<string, AuthorityMaterial>()
    for (const { bridges, id } of [state.previous, state.current, state.next].filter((each) => each !== undefined)) {
      authorities.set(id, yield* readAuthority(read, id, bridges.length))
    }
    const leaves = new Map<string, LeafMaterial>()
    for (const { id } of [state.leaf, state.staged].filter((each) => each !== undefined)) {
      leaves.set(id, yield* readLeaf(read, id))
    }
    const adopted = new Map<string, Certificate.Certificate>()
    for (const { id } of state.adopted ?? []) {
      const key = `adopted-${id}.crt`
      adopted.set(
        id,
        yield* named(key, id, ({ spkiSha256 }) => spkiSha256, yield* parse(key, Certificate.parse(yield* read(key))))
      )
    }
    return { state, material: { authorities, leaves, adopted } }
  })

type Read = (key: string) => Result.Result<string, InvalidRotationSecret>

const reader = (secret: KubernetesObject): Read => {
  const data = secret["data"]
  return (key) => {
    const value: unknown =
      typeof data === "object" && data !== null ? (data as Readonly<Record<string, unknown>>)[key] : undefined
    return typeof value === "string"
      ? Result.succeed(Buffer.from(value, "base64").toString("utf8"))
      : Result.fail(new InvalidRotationSecret({ key, problem: "It is missing" }))
  }
}

const parse = <A>(
  key: string,
  parsed: Result.Result<A, { readonly message: string }>
): Result.Result<A, InvalidRotationSecret> =>
  Result.mapError(parsed, ({ message }) => new InvalidRotationSecret({ key, problem: message }))

const named = (
  key: string,
  id: string,
  idOf: (certificate: Certificate.Certificate) => string,
  certificate: Certificate.Certificate
): Result.Result<Certificate.Certificate, InvalidRotationSecret> =>
  idOf(certificate) === id
    ? Result.succeed(certificate)
    : Result.fail(new InvalidRotationSecret({ key, problem: "It is another certificate than its name says" }))

const readAuthority = (
  read: Read,
  id: string,
  bridges: number
): Result.Result<AuthorityMaterial, InvalidRotationSecret> =>
  Result.gen(function* () {
    const key = `authority-${id}.crt`
    const certificatePem = yield* read(key)
    const privateKeyPem = yield* read(`authority-${id}.key`)
    const authority = yield* parse(key, CertificateAuthority.fromPem({ certificatePem, privateKeyPem }))
    yield* named(key, id, ({ spkiSha256 }) => spkiSha256, authority.certificate)
    const bridgesKey = `authority-${id}.bridges.crt`
    const found = bridges === 0 ? [] : yield* parse(bridgesKey, Certificate.parseAll(yield* read(bridgesKey)))
    if (found.length < bridges) {
      return yield* Result.fail(new InvalidRotationSecret({ key: bridgesKey, problem: "A bridge is missing" }))
    }
    return { ...authority, bridges: found }
  })

const readLeaf = (read: Read, id: string): Result.Result<LeafMaterial, InvalidRotationSecret> =>
  Result.gen(function* () {
    const key = `leaf-${id}.crt`
    const chainPem = yield* read(key)
    const [leaf] = yield* parse(key, Certificate.parseAll(chainPem))
    const certificate = yield* named(key, id, ({ fingerprint256 }) => fingerprint256, leaf)
    const pair = yield* parse(`leaf-${id}.key`, KeyPair.parse(yield* read(`leaf-${id}.key`)))
    if (!KeyPair.matches(certificate, pair.privateKeyPem)) {
      const problem = "It does not belong to the certificate beside it"
      return yield* Result.fail(new InvalidRotationSecret({ key: `leaf-${id}.key`, problem }))
    }
    return { certificate, chainPem, privateKeyPem: pair.privateKeyPem }
  })

const Span = { notBefore: Schema.Number, notAfter: Schema.Number }
const BridgeSchema = Schema.Struct({ ...Span, by: Schema.String })
const AuthoritySchema = Schema.Struct({ ...Span, id: Schema.String, bridges: Schema.Array(BridgeSchema) })
const LeafSchema = Schema.Struct({ ...AuthoritySchema.fields, issuer: Schema.String })

const decodeState = Schema.decodeUnknownResult(
  Schema.fromJsonString(
    Schema.Struct({
      epoch: Schema.Number,
      phase: Schema.Literals(["STABLE", "LEAF", "STAGE", "TRUST", "PROVE", "SERVE", "DRAIN", "RETIRE"]),
      since: Schema.Number,
      cause: Schema.optionalKey(Schema.Literals(["age", "forced", "compromised", "adopted"])),
      current: Schema.optionalKey(AuthoritySchema),
      next: Schema.optionalKey(AuthoritySchema),
      nextPublishedAt: Schema.optionalKey(Schema.Number),
      previous: Schema.optionalKey(AuthoritySchema),
      proven: Schema.optionalKey(Schema.String),
      adopted: Schema.optionalKey(Schema.Array(Schema.Struct({ ...Span, id: Schema.String }))),
      leaf: Schema.optionalKey(LeafSchema),
      staged: Schema.optionalKey(LeafSchema),
      request: Schema.optionalKey(Schema.String)
    })
  )
)
