/**
 * The certificates and keys behind the ids that the engine speaks of, and their making.
 *
 * @since 0.1.0
 */
import * as Certificate from "@holdfast/certificates/Certificate"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import type { KeyAlgorithm } from "@holdfast/certificates/KeyPair"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import {
  type Authority,
  authorities,
  type Bridge,
  type Leaf,
  type RotationState,
  type Trusted
} from "./RotationState.ts"
import type { Action } from "./RotationView.ts"

/**
 * An authority with its key, and the certificates to present behind its leaves, in the order of its bridges.
 *
 * @category models
 * @since 0.1.0
 */
export interface AuthorityMaterial extends CertificateAuthority.CertificateAuthority {
  readonly bridges: ReadonlyArray<Certificate.Certificate>
}

/**
 * A leaf with its key and all that is presented with it.
 *
 * @category models
 * @since 0.1.0
 */
export interface LeafMaterial {
  readonly certificate: Certificate.Certificate
  readonly chainPem: string
  readonly privateKeyPem: Redacted.Redacted
}

/**
 * All material of a rotation, by id.
 *
 * @category models
 * @since 0.1.0
 */
export interface RotationMaterial {
  readonly authorities: ReadonlyMap<string, AuthorityMaterial>
  readonly leaves: ReadonlyMap<string, LeafMaterial>
  /** Authorities of unknown origin, of which there is no key. */
  readonly adopted: ReadonlyMap<string, Certificate.Certificate>
}

/**
 * The state names something that there is no certificate or key for.
 *
 * @category errors
 * @since 0.1.0
 */
export class MissingMaterial extends Data.TaggedError("MissingMaterial")<{
  readonly what: "authority" | "leaf"
  readonly id: string
}> {
  override get message(): string {
    return `The rotation has no certificate and key for the ${this.what} ${this.id}`
  }
}

/**
 * The material of a rotation that has not begun.
 *
 * @category constructors
 * @since 0.1.0
 */
export const empty: RotationMaterial = { authorities: new Map(), leaves: new Map(), adopted: new Map() }

/**
 * All that either has; where both have something, it is the same.
 *
 * @category combinators
 * @since 0.1.0
 */
export const merge = (a: RotationMaterial, b: RotationMaterial): RotationMaterial => ({
  authorities: new Map([...a.authorities, ...b.authorities]),
  leaves: new Map([...a.leaves, ...b.leaves]),
  adopted: new Map([...a.adopted, ...b.adopted])
})

/**
 * How a certificate of a bundle looks to the engine.
 *
 * @category conversions
 * @since 0.1.0
 */
export const trusted = ({ notAfter, notBefore, spkiSha256 }: Certificate.Certificate): Trusted => ({
  id: spkiSha256,
  notBefore: notBefore.getTime(),
  notAfter: notAfter.getTime()
})

/**
 * How a bundle looks to the engine. Of several certificates of one key the one that ends last counts.
 *
 * @category conversions
 * @since 0.1.0
 */
export const trustedBy = ({ certificates }: CertificateBundle.CertificateBundle): ReadonlyArray<Trusted> => {
  const byEnd = certificates.map(trusted).sort((a, b) => a.notAfter - b.notAfter)
  return Array.from(new Map(byEnd.map((each) => [each.id, each])).values())
}

/**
 * Makes the authority that a `MakeAuthority` asks for, or takes the one that is brought. The name of one that is made
 * carries the second it was made in, so that no two authorities look the same to whoever goes by names.
 *
 * @category making
 * @since 0.1.0
 */
export const makeAuthority = Effect.fnUntraced(function* (
  { bridgedBy, brought, notAfter, notBefore }: Extract<Action, { readonly _tag: "MakeAuthority" }>,
  options: {
    readonly name: string
    readonly material: RotationMaterial
    readonly algorithm?: KeyAlgorithm
    readonly brought?: CertificateAuthority.CertificateAuthority | undefined
  }
) {
  if (brought !== undefined && options.brought?.certificate.spkiSha256 !== brought) {
    return yield* new MissingMaterial({ what: "authority", id: brought })
  }
  const made =
    options.brought ??
    (yield* CertificateAuthority.make({
      commonName: `${options.name}@${Math.round(notBefore / 1000)}`,
      notBefore: new Date(notBefore),
      validity: notAfter - notBefore,
      algorithm: options.algorithm
    }))
  const bridges = bridgedBy === undefined ? [] : yield* bridge(made, bridgedBy, options.material)
  const authority: Authority = { ...trusted(made.certificate), bridges: bridges.map(({ way }) => way) }
  const material: AuthorityMaterial = { ...made, bridges: bridges.map(({ certificate }) => certificate) }
  return { authority, material }
})

/** Cross-signs the new authority by an older one that may, and carries on the ways that lead from there. */
const bridge = Effect.fnUntraced(function* (
  made: CertificateAuthority.CertificateAuthority,
  by: Authority,
  material: RotationMaterial
) {
  const signer = yield* find(material, by.id)
  if (!(yield* CertificateAuthority.maySignAuthorities(signer))) return []
  const certificate = yield* CertificateAuthority.crossSign(made, {
    by: signer,
    notBefore: made.certificate.notBefore
  })
  const span = { notBefore: certificate.notBefore.getTime(), notAfter: certificate.notAfter.getTime() }
  const way: Bridge = { by: by.id, ...span }
  return [
    { way, certificate },
    ...by.bridges.flatMap((older, index) => {
      const certificateOfOlder = signer.bridges[index]
      const onward: Bridge = { ...older, ...span, notAfter: Math.min(span.notAfter, older.notAfter) }
      return certificateOfOlder === undefined ? [] : [{ way: onward, certificate: certificateOfOlder }]
    })
  ]
})

/**
 * Issues the leaf that a `MakeLeaf` asks for.
 *
 * @category making
 * @since 0.1.0
 */
export const makeLeaf = Effect.fnUntraced(function* (
  { issuer, notAfter, notBefore }: Extract<Action, { readonly _tag: "MakeLeaf" }>,
  options: {
    readonly dnsNames: ReadonlyArray<string>
    readonly material: RotationMaterial
    readonly algorithm?: KeyAlgorithm
  }
) {
  const signer = yield* find(options.material, issuer.id)
  const { certificate, chainPem, privateKeyPem } = yield* CertificateAuthority.issue(signer, {
    dnsNames: options.dnsNames,
    notBefore: new Date(notBefore),
    validity: notAfter - notBefore,
    algorithm: options.algorithm,
    intermediates: signer.bridges.slice(0, issuer.bridges.length)
  })
  const leaf: Leaf = {
    ...trusted(certificate),
    id: certificate.fingerprint256,
    issuer: issuer.id,
    bridges: issuer.bridges
  }
  const material: LeafMaterial = { certificate, chainPem, privateKeyPem }
  return { leaf, material }
})

const find = (material: RotationMaterial, id: string): Effect.Effect<AuthorityMaterial, MissingMaterial> => {
  const found = material.authorities.get(id)
  return found === undefined ? Effect.fail(new MissingMaterial({ what: "authority", id })) : Effect.succeed(found)
}

/**
 * The bundle of some of the engine's ids, with the certificates that the material or the live bundle has for them. An id
 * that neither knows is left out, which reading the written bundle back would show.
 *
 * @category conversions
 * @since 0.1.0
 */
export const bundleOf = (
  ids: ReadonlyArray<Trusted>,
  material: RotationMaterial,
  live: CertificateBundle.CertificateBundle = CertificateBundle.empty
): CertificateBundle.CertificateBundle => {
  const wanted = new Set(ids.map(({ id }) => id))
  const known = [
    ...live.certificates,
    ...material.adopted.values(),
    ...Array.from(material.authorities.values(), ({ certificate }) => certificate)
  ]
  return CertificateBundle.fromCertificates(known.filter(({ spkiSha256 }) => wanted.has(spkiSha256)))
}

/**
 * Keeps what the state names and drops the rest: the key of an authority goes with its last mention, and so does a
 * bridge.
 *
 * @category combinators
 * @since 0.1.0
 */
export const prune = (material: RotationMaterial, state: RotationState): RotationMaterial => {
  const wanted = new Set([...authorities(state), state.leaf, state.staged].map((each) => each?.id))
  const keep = <A>(all: ReadonlyMap<string, A>) => new Map(Array.from(all).filter(([id]) => wanted.has(id)))
  const own = [state.previous, state.current, state.next].filter((each) => each !== undefined)
  return {
    authorities: new Map(
      own.flatMap(({ bridges, id }) => {
        const found = material.authorities.get(id)
        return found === undefined ? [] : [[id, { ...found, bridges: found.bridges.slice(0, bridges.length) }] as const]
      })
    ),
    leaves: keep(material.leaves),
    adopted: keep(material.adopted)
  }
}
