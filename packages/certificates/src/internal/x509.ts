/**
 * The library that writes certificates, behind one dynamic import: it takes 150 ms and 20 MB to load, which a program
 * that only looks at certificates must not pay. It needs `Reflect.metadata` before its first line runs.
 */
import "reflect-metadata"

export {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator
} from "@peculiar/x509"
