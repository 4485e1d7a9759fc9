import type { Authority, Bridge, Leaf, Trusted, Validity } from "../../simulator/Trust.ts"

/** Makes certificates and remembers them, so that a protocol can serve and publish only what was made, as it was made. */
export interface Mint {
  readonly authority: (validity: Validity, bridgedBy: Authority | undefined) => Authority
  readonly leaf: (validity: Validity, issuer: Authority) => Leaf
  /** The leaf as it was made, whatever a protocol says of it. */
  readonly real: (leaf: Leaf) => Leaf
  readonly realBundle: (bundle: ReadonlyArray<Trusted>) => ReadonlyArray<Authority>
}

/** Makes a mint that knows what was there before, if anything. */
export const make = (first?: { readonly authority: Authority; readonly leaf: Leaf }): Mint => {
  const authorities = new Map(first === undefined ? [] : [[first.authority.id, first.authority]])
  const leaves = new Map(first === undefined ? [] : [[first.leaf.id, first.leaf]])
  let made = 0
  const known = <A>(all: ReadonlyMap<string, A>, id: string): A => {
    const found = all.get(id)
    if (found === undefined) throw new Error(`The protocol uses a certificate that was never made: ${id}`)
    return found
  }
  /** The bridges that really exist of those that are asked for. */
  const bridgesOf = (asked: Authority): ReadonlyArray<Bridge> =>
    known(authorities, asked.id).bridges.filter(({ by }) => asked.bridges.some((each) => each.by === by))
  return {
    authority: ({ notAfter, notBefore }, bridgedBy) => {
      const signer = bridgedBy === undefined ? undefined : known(authorities, bridgedBy.id)
      const ways =
        bridgedBy === undefined || signer === undefined
          ? []
          : [{ by: signer.id, notAfter: signer.notAfter }, ...bridgesOf(bridgedBy)]
      const bridges = ways.map((way) => ({
        by: way.by,
        notBefore,
        notAfter: Math.min(notAfter, signer?.notAfter ?? notAfter, way.notAfter)
      }))
      const authority = { id: `ca-${++made}`, notBefore, notAfter, bridges }
      authorities.set(authority.id, authority)
      return authority
    },
    leaf: ({ notAfter, notBefore }, issuer) => {
      const leaf = { id: `leaf-${++made}`, issuer: issuer.id, bridges: bridgesOf(issuer), notBefore, notAfter }
      leaves.set(leaf.id, leaf)
      return leaf
    },
    real: ({ id }) => known(leaves, id),
    realBundle: (bundle) => bundle.map(({ id }) => known(authorities, id))
  }
}
