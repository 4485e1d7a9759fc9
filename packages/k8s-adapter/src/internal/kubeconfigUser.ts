/** The `user` of a kubeconfig: each way to log in, checked as far as that is possible without logging in. */
import { sep } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { ExecPlugin, Impersonation, OidcProvider, User } from "../Kubeconfig.ts"
import { type Entry, isRecord } from "./kubeconfigDocument.ts"
import * as Material from "./kubeconfigMaterial.ts"

type At = (field: string) => Material.Place

export const readUser = Effect.fnUntraced(function* (entry: Entry, at: At) {
  const token = yield* Material.text(entry, "token", at)
  const tokenFile = yield* Material.text(entry, "tokenFile", at)
  const username = yield* Material.text(entry, "username", at)
  const password = yield* Material.text(entry, "password", at)
  const user: User = {
    name: entry.name === "" ? undefined : entry.name,
    clientCertificate: yield* readClientCertificate(entry, at),
    token: token === undefined ? undefined : Redacted.make(token),
    tokenFile: tokenFile === undefined ? undefined : Material.resolvePath(tokenFile, entry.file),
    basic: username === undefined ? undefined : { username, password: Redacted.make(password ?? "") },
    exec: yield* readExec(entry, at),
    oidc: yield* readAuthProvider(entry, at),
    impersonate: yield* readImpersonation(entry, at)
  }
  return user
})

const readClientCertificate = Effect.fnUntraced(function* (entry: Entry, at: At) {
  const certificate = yield* Material.readPem(entry, "client-certificate", at)
  const key = yield* Material.readPem(entry, "client-key", at)
  if (certificate === undefined && key === undefined) return undefined
  if (certificate === undefined || key === undefined) {
    const [present, absent] = certificate === undefined ? ["key", "certificate"] : ["certificate", "key"]
    return yield* Material.brokenMaterial(
      at(`client-${absent}-data`),
      "malformed",
      `there is a client ${present} but no client ${absent}`
    )
  }
  return yield* Effect.fromResult(Material.checkPair(certificate, key))
})

const readExec = Effect.fnUntraced(function* (entry: Entry, at: At) {
  const exec = entry.fields["exec"]
  if (exec === undefined || exec === null) return undefined
  const inner: Entry = { ...entry, fields: isRecord(exec) ? exec : {} }
  const innerAt: At = (field) => at(`exec.${field}`)
  const command = yield* Material.text(inner, "command", innerAt)
  if (command === undefined) {
    return yield* Material.invalidField(innerAt("command"), "it names no command", "Name the credential plugin to run.")
  }
  const args = inner.fields["args"]
  const env = inner.fields["env"]
  const mode = inner.fields["interactiveMode"]
  const plugin: ExecPlugin = {
    apiVersion: (yield* Material.text(inner, "apiVersion", innerAt)) ?? "client.authentication.k8s.io/v1",
    // As with client-go, only what is written as a path is one.
    command: command.includes("/") || command.includes(sep) ? Material.resolvePath(command, entry.file) : command,
    args: Array.isArray(args) ? args.map(String) : [],
    env: Redacted.make(
      Object.fromEntries(
        (Array.isArray(env) ? env : [])
          .filter(isRecord)
          .map((pair) => [String(pair["name"]), String(pair["value"] ?? "")])
      )
    ),
    installHint: yield* Material.text(inner, "installHint", innerAt),
    provideClusterInfo: inner.fields["provideClusterInfo"] === true,
    interactiveMode: mode === "Never" || mode === "Always" ? mode : "IfAvailable"
  }
  if (!/^client\.authentication\.k8s\.io\/v1(beta1)?$/.test(plugin.apiVersion)) {
    return yield* Material.invalidField(
      innerAt("apiVersion"),
      `"${plugin.apiVersion}" is not supported`,
      "Update the plugin and set client.authentication.k8s.io/v1 or v1beta1."
    )
  }
  return plugin
})

const readAuthProvider = Effect.fnUntraced(function* (entry: Entry, at: At) {
  const provider = entry.fields["auth-provider"]
  if (!isRecord(provider)) return undefined
  if (provider["name"] !== "oidc") {
    return yield* Material.invalidField(
      at("auth-provider.name"),
      `"${String(provider["name"])}" is not supported; Kubernetes has dropped it as well`,
      "Use the provider's credential plugin (`exec`), as gke-gcloud-auth-plugin or kubelogin."
    )
  }
  const config: Entry = { ...entry, fields: isRecord(provider["config"]) ? provider["config"] : {} }
  const configAt: At = (field) => at(`auth-provider.config.${field}`)
  const secret = (field: string) =>
    Effect.map(Material.text(config, field, configAt), (value) =>
      value === undefined ? undefined : Redacted.make(value)
    )
  const authorities = yield* Material.readPem(config, "idp-certificate-authority", configAt)
  const oidc: OidcProvider = {
    issuerUrl: (yield* Material.text(config, "idp-issuer-url", configAt)) ?? "",
    clientId: (yield* Material.text(config, "client-id", configAt)) ?? "",
    clientSecret: yield* secret("client-secret"),
    idToken: yield* secret("id-token"),
    refreshToken: yield* secret("refresh-token"),
    certificateAuthority:
      authorities === undefined
        ? undefined
        : yield* Effect.fromResult(Material.checkAuthorities(authorities.pem, authorities.place))
  }
  return oidc
})

const readImpersonation = Effect.fnUntraced(function* (entry: Entry, at: At) {
  const user = yield* Material.text(entry, "as", at)
  const uid = yield* Material.text(entry, "as-uid", at)
  const groups = entry.fields["as-groups"]
  const extra = entry.fields["as-user-extra"]
  const impersonation: Impersonation = {
    user,
    uid,
    groups: Array.isArray(groups) ? groups.map(String) : [],
    extra: isRecord(extra)
      ? Object.fromEntries(
          Object.entries(extra).map(([key, values]) => [
            key,
            Array.isArray(values) ? values.map(String) : [String(values)]
          ])
        )
      : {}
  }
  const empty = user === undefined && uid === undefined && impersonation.groups.length === 0 && !isRecord(extra)
  return empty ? undefined : impersonation
})
