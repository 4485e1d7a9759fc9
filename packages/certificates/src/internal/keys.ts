import type { KeyObject } from "node:crypto"

const curves: Record<string, string> = {
  prime256v1: "ECDSA-P256",
  secp384r1: "ECDSA-P384",
  secp521r1: "ECDSA-P521"
}

/** The name of a key's algorithm and size, as `KeyAlgorithm` spells those that can be generated. */
export const keyAlgorithmOf = (key: KeyObject): string => {
  const details = key.asymmetricKeyDetails
  switch (key.asymmetricKeyType) {
    case "ec":
      return curves[details?.namedCurve ?? ""] ?? `ECDSA-${details?.namedCurve}`
    case "rsa":
      return `RSA-${details?.modulusLength}`
    case "ed25519":
      return "Ed25519"
    default:
      return key.asymmetricKeyType ?? "unknown"
  }
}
