import type { Authority, Leaf } from "../../simulator/Trust.ts"

const day = 86_400_000

/** What pods are served by before the protocol under test has ever run. */
export const certificates = (): { readonly authority: Authority; readonly leaf: Leaf } => {
  const validity = { notBefore: -day, notAfter: 30 * day }
  return {
    authority: { id: "ca-foreign", bridges: [], ...validity },
    leaf: { id: "leaf-foreign", issuer: "ca-foreign", bridges: [], ...validity }
  }
}
