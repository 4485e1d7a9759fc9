/**
 * What `holdfast certs inspect` was pointed at.
 *
 * @since 0.1.0
 */
import type { ObjectRef } from "@holdfast/k8s-adapter/KubernetesObject"
import type { Address } from "../check/Server.ts"

/**
 * Where certificates are read from.
 *
 * @category models
 * @since 0.1.0
 */
export type Source =
  | { readonly _tag: "StandardInput" }
  | { readonly _tag: "File"; readonly path: string }
  | { readonly _tag: "Server"; readonly address: Address }
  | { readonly _tag: "Object"; readonly ref: ObjectRef; readonly isNamespaced: boolean }

const kinds: ReadonlyArray<{
  readonly names: ReadonlyArray<string>
  readonly apiVersion: string
  readonly kind: string
  readonly isNamespaced?: true
}> = [
  { names: ["secret", "secrets"], apiVersion: "v1", kind: "Secret", isNamespaced: true },
  { names: ["configmap", "configmaps", "cm"], apiVersion: "v1", kind: "ConfigMap", isNamespaced: true },
  {
    names: ["validatingwebhookconfiguration", "validatingwebhookconfigurations"],
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration"
  },
  {
    names: ["mutatingwebhookconfiguration", "mutatingwebhookconfigurations"],
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration"
  },
  {
    names: ["crd", "crds", "customresourcedefinition", "customresourcedefinitions"],
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition"
  },
  { names: ["apiservice", "apiservices"], apiVersion: "apiregistration.k8s.io/v1", kind: "APIService" },
  {
    names: ["csr", "certificatesigningrequest", "certificatesigningrequests"],
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest"
  }
]

/**
 * Understands what was typed; a file whose path looks like an object is reached by `./`.
 *
 * **Example** (A server, an object, a file)
 *
 * ```ts import.meta.vitest
 * import * as Source from "@holdfast/cli/certs/Source"
 *
 * Source.parse("web.shop.svc:443")._tag // => "Server"
 * Source.parse("secret/web-tls")._tag // => "Object"
 * Source.parse("tls.crt")._tag // => "File"
 * ```
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (text: string): Source => {
  if (text === "-") return { _tag: "StandardInput" }
  const server = /^(?:https:\/\/)?(\[[0-9a-fA-F:]+\]|[^/:\s]+):(\d{1,5})(?:\/.*)?$/.exec(text)
  const named = /^https:\/\/(\[[0-9a-fA-F:]+\]|[^/:\s]+)(?:\/.*)?$/.exec(text)
  const host = (server ?? named)?.[1]
  if (host !== undefined) {
    return { _tag: "Server", address: { host: host.replace(/^\[|\]$/g, ""), port: Number(server?.[2] ?? 443) } }
  }
  const [word = "", name = "", ...more] = text.split("/")
  // kubectl takes the group behind the kind: validatingwebhookconfiguration.admissionregistration.k8s.io/checks.
  const [short = ""] = word.toLowerCase().split(".")
  const found = kinds.find(({ names }) => names.includes(short))
  return found === undefined || name === "" || more.length > 0
    ? { _tag: "File", path: text }
    : {
        _tag: "Object",
        ref: { apiVersion: found.apiVersion, kind: found.kind, name },
        isNamespaced: found.isNamespaced === true
      }
}
