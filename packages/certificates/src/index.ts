export * as Certificate from "./Certificate.ts"
export * as CertificateAuthority from "./CertificateAuthority.ts"
export * as KeyPair from "./KeyPair.ts"
