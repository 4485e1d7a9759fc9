/**
 * Credential plugins (`client.authentication.k8s.io`). client-node's own runner tells neither the exit code nor the
 * command, leaves the plugin's standard input open, and knows no `KUBERNETES_EXEC_INFO`: hence this one.
 */
import type { ChildProcess } from "node:child_process"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { CertificateError } from "../CertificateError.ts"
import type { ClientCertificate, ExecPlugin, Kubeconfig } from "../Kubeconfig.ts"
import { KubeconfigError } from "../KubeconfigError.ts"
import { childProcess } from "./builtins.ts"
import { isRecord } from "./kubeconfigDocument.ts"
import { checkPair } from "./kubeconfigMaterial.ts"

const maxOutput = 1024 * 1024
const maxShownStderr = 1000
/** Renewed this long before its end, so that a request under way does not arrive too late. */
const margin = 10_000

interface Fetched {
  readonly token: string | undefined
  readonly clientCertificate: ClientCertificate | undefined
  readonly until: number
}

export const runExecPlugin = Effect.fnUntraced(function* (plugin: ExecPlugin, kubeconfig: Kubeconfig) {
  const failed = (detail: string, hint = plugin.installHint ?? defaultHint(plugin)) =>
    new KubeconfigError({
      reason: "exec-failed",
      path: kubeconfig.source,
      ...(kubeconfig.context === undefined ? {} : { context: kubeconfig.context }),
      field: `users[${kubeconfig.user.name ?? ""}].user.exec`,
      detail: `the credential plugin ${plugin.command} ${detail}`,
      hint
    })
  const interactive = process.stdin.isTTY === true && plugin.interactiveMode !== "Never"
  if (plugin.interactiveMode === "Always" && !interactive) {
    return yield* failed("asks for a terminal, and there is none", "Run it from a terminal, or log in beforehand.")
  }
  const stdout = yield* run(plugin, kubeconfig, interactive, failed)
  return yield* readCredential(stdout, plugin, kubeconfig, failed)
})

type Failed = (detail: string, hint?: string) => KubeconfigError

const run = (
  plugin: ExecPlugin,
  kubeconfig: Kubeconfig,
  interactive: boolean,
  failed: Failed
): Effect.Effect<string, KubeconfigError> =>
  Effect.callback((resume) => {
    const child: ChildProcess = childProcess().spawn(plugin.command, [...plugin.args], {
      env: {
        ...process.env,
        ...Redacted.value(plugin.env),
        KUBERNETES_EXEC_INFO: JSON.stringify(execInfo(plugin, kubeconfig, interactive))
      },
      stdio: [interactive ? "inherit" : "ignore", "pipe", "pipe"],
      windowsHide: true
    })
    const stdout: Array<Buffer> = []
    let size = 0
    let stderr = ""
    child.stdout?.on("data", (chunk: Buffer) => {
      size += chunk.length
      if (size > maxOutput) child.kill()
      else stdout.push(chunk)
    })
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      // A plugin that logs in shows where to: let the person at the terminal see it.
      if (interactive) process.stderr.write(text)
      stderr = (stderr + text).slice(-maxShownStderr)
    })
    child.on("error", (error: NodeJS.ErrnoException) =>
      resume(
        Effect.fail(failed(error.code === "ENOENT" ? "is not there" : `cannot be run (${error.code ?? error.message})`))
      )
    )
    child.on("close", (code, signal) => {
      const said = stderr.trim() === "" ? "" : `: ${stderr.trim()}`
      if (size > maxOutput) resume(Effect.fail(failed("printed more than a credential can be")))
      else if (code === 0) resume(Effect.succeed(Buffer.concat(stdout).toString("utf8")))
      else
        resume(Effect.fail(failed(`${signal === null ? `exited with code ${code}` : `was ended by ${signal}`}${said}`)))
    })
    return Effect.sync(() => child.kill())
  })

const execInfo = (plugin: ExecPlugin, kubeconfig: Kubeconfig, interactive: boolean): unknown => ({
  apiVersion: plugin.apiVersion,
  kind: "ExecCredential",
  spec: {
    interactive,
    ...(plugin.provideClusterInfo
      ? {
          cluster: {
            server: kubeconfig.cluster.server,
            "tls-server-name": kubeconfig.cluster.tlsServerName,
            "insecure-skip-tls-verify": kubeconfig.cluster.insecureSkipTlsVerify || undefined,
            "certificate-authority-data":
              kubeconfig.cluster.certificateAuthority === undefined
                ? undefined
                : Buffer.from(kubeconfig.cluster.certificateAuthority).toString("base64"),
            "proxy-url": kubeconfig.cluster.proxyUrl && Redacted.value(kubeconfig.cluster.proxyUrl),
            "disable-compression": kubeconfig.cluster.disableCompression || undefined,
            config: kubeconfig.cluster.execExtension
          }
        }
      : {})
  }
})

const readCredential = (
  stdout: string,
  plugin: ExecPlugin,
  kubeconfig: Kubeconfig,
  failed: Failed
): Effect.Effect<Fetched, KubeconfigError | CertificateError> =>
  Effect.gen(function* () {
    const value = yield* Effect.try({
      try: (): unknown => JSON.parse(stdout),
      catch: () => failed("printed no JSON")
    })
    if (!isRecord(value) || value["kind"] !== "ExecCredential") {
      return yield* failed("printed JSON that is no ExecCredential")
    }
    if (value["apiVersion"] !== plugin.apiVersion) {
      return yield* failed(
        `answered in version ${String(value["apiVersion"])}`,
        `Set exec.apiVersion in the kubeconfig to what the plugin speaks; it has ${plugin.apiVersion}.`
      )
    }
    const status = isRecord(value["status"]) ? value["status"] : {}
    const { clientCertificateData, clientKeyData, expirationTimestamp, token } = status
    if (typeof token !== "string" && typeof clientCertificateData !== "string") {
      return yield* failed("gave neither a token nor a certificate")
    }
    const ends = typeof expirationTimestamp === "string" ? Date.parse(expirationTimestamp) - margin : Number.NaN
    return {
      token: typeof token === "string" ? token : undefined,
      clientCertificate:
        typeof clientCertificateData === "string" || typeof clientKeyData === "string"
          ? yield* Effect.fromResult(
              checkPair(
                {
                  pem: String(clientCertificateData ?? ""),
                  place: placeOf(plugin, kubeconfig, "clientCertificateData")
                },
                { pem: String(clientKeyData ?? ""), place: placeOf(plugin, kubeconfig, "clientKeyData") }
              )
            )
          : undefined,
      until: Number.isNaN(ends) ? Number.POSITIVE_INFINITY : ends
    }
  })

const placeOf = (plugin: ExecPlugin, kubeconfig: Kubeconfig, field: string) => ({
  path: kubeconfig.source,
  context: kubeconfig.context,
  field: `users[${kubeconfig.user.name ?? ""}].user.exec (${plugin.command}) status.${field}`
})

/** Without the arguments: a client secret may stand among them. */
const defaultHint = (plugin: ExecPlugin): string =>
  `Log in again, or run ${plugin.command} by hand, as the kubeconfig has it, to see more.`
