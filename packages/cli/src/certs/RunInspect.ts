/**
 * The work of `holdfast certs inspect`.
 *
 * @since 0.1.0
 */
import { readFile } from "node:fs/promises"
import * as Certificate from "@holdfast/certificates/Certificate"
import * as Kubeconfig from "@holdfast/k8s-adapter/Kubeconfig"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { isKubernetesObject, type KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { parseAllDocuments } from "yaml"
import { clientOptions } from "../Connection.ts"
import { calleesOf, hostOf } from "../check/Callee.ts"
import * as CheckText from "../check/CheckText.ts"
import { addressOf } from "../check/Connection.ts"
import { kubectl } from "../check/Kubectl.ts"
import * as Server from "../check/Server.ts"
import * as Snapshot from "../check/Snapshot.ts"
import * as Trust from "../check/Trust.ts"
import type { Run } from "../commandline/Command.ts"
import type { Values } from "../commandline/Flag.ts"
import type { certsInspectFlags } from "../commands/certs/Inspect.ts"
import { execute } from "../Execute.ts"
import type { Host } from "../Host.ts"
import { CommandError } from "../output/CommandError.ts"
import * as Documents from "../output/Documents.ts"
import * as Paint from "../output/Paint.ts"
import { clean, wrap } from "../output/TextWidth.ts"
import * as CertificateText from "./CertificateText.ts"
import * as Inspection from "./Inspection.ts"
import * as Source from "./Source.ts"

type Flags = Values<typeof certsInspectFlags>

const badInput = (detail: string, hint: string) => new CommandError({ exit: "badInput", detail, hint })

const readStandardInput = async (host: Host): Promise<Uint8Array> => {
  const chunks: Array<Uint8Array> = []
  for await (const chunk of host.stdin.bytes()) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const problems: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "it may not be read"
}

const readBytes = (source: Extract<Source.Source, { readonly _tag: "File" | "StandardInput" }>, host: Host) =>
  Effect.tryPromise({
    try: () => (source._tag === "File" ? readFile(source.path) : readStandardInput(host)),
    catch: (error) => {
      const code = error instanceof Error && "code" in error ? String(error.code) : String(error)
      return badInput(
        `${source._tag === "File" ? source.path : "standard input"}: ${problems[code] ?? code}`,
        "Name a file, - for standard input, HOST:PORT, or an object such as secret/NAME"
      )
    }
  })

/** A file is DER, PEM, or YAML with objects and kubeconfigs in it. */
const ofBytes = (title: string, bytes: Uint8Array, now: Date): ReadonlyArray<Inspection.Group> => {
  const der = Certificate.parse(bytes)
  if (Result.isSuccess(der)) return [Inspection.text(title, der.success.pem, now)]
  const content = new TextDecoder().decode(bytes)
  if (/^-----BEGIN /m.test(content)) return [Inspection.text(title, content, now)]
  const documents = parseAllDocuments(content)
  if (!Array.isArray(documents)) return []
  return documents
    .filter(({ errors }) => errors.length === 0)
    .map((document): unknown => document.toJS())
    .flatMap((value) => {
      const kubeconfig = typeof value === "object" && value !== null && "clusters" in value
      if (kubeconfig) return Inspection.ofObject({ ...value, kind: "Config" } as unknown as KubernetesObject, now)
      const items = typeof value === "object" && value !== null && "items" in value ? value.items : [value]
      return (Array.isArray(items) ? items : [])
        .filter(isKubernetesObject)
        .flatMap((object) => Inspection.ofObject(object, now))
    })
}

/** Beside what an object trusts, what is stored to be served for it, and whether that verifies. */
const stored = Effect.fnUntraced(function* (object: KubernetesObject, flags: Flags, now: Date) {
  const callees = calleesOf(object)
  if (callees.length === 0) return []
  const snapshot = yield* Snapshot.read
  const outlook = { now, warnBefore: 0, kubectl: kubectl(flags) }
  return callees.flatMap((callee) =>
    callee.service === undefined
      ? []
      : Snapshot.materialsBehind(snapshot, callee.service).map((material) => {
          const group = Inspection.chain(`${material.where}, to be served for ${hostOf(callee)}`, material.chain, now)
          const { problem } = Trust.stored(callee, material, outlook)
          const verdict: Inspection.Verdict = problem ?? {
            result: "success",
            detail: `it verifies under the caBundle for ${hostOf(callee)}`
          }
          return { ...group, verdicts: [...group.verdicts, verdict] }
        })
  )
})

const ofServer = Effect.fnUntraced(function* (address: Server.Address, flags: Flags, host: Host, now: Date) {
  const served = yield* Server.presented({ ...address, serverName: flags.tlsServerName }).pipe(
    Effect.mapError(
      ({ message }) =>
        new CommandError({ exit: "unreachable", detail: message, hint: "Check that it speaks TLS at this address" })
    )
  )
  // The cluster's own API server is judged by what the kubeconfig trusts.
  const kubeconfig = yield* Effect.option(Kubeconfig.load(clientOptions(flags, host)))
  const own = kubeconfig._tag === "Some" ? addressOf(kubeconfig.value) : undefined
  const isOwn = own?.host === address.host && own.port === address.port
  return Inspection.ofServer(`presented by ${address.host}:${address.port}`, served, {
    host: flags.tlsServerName ?? address.host,
    roots: isOwn && kubeconfig._tag === "Some" ? kubeconfig.value.cluster.certificateAuthority : undefined,
    now
  })
})

const inspect = Effect.fnUntraced(function* (source: Source.Source, flags: Flags, host: Host, now: Date) {
  switch (source._tag) {
    case "File":
    case "StandardInput": {
      const title = source._tag === "File" ? source.path : "standard input"
      return ofBytes(title, yield* readBytes(source, host), now)
    }
    case "Server":
      return [yield* ofServer(source.address, flags, host, now)]
    case "Object":
      return yield* Effect.gen(function* () {
        const client = yield* KubernetesClient
        const object = yield* client.get({
          ...source.ref,
          ...(source.isNamespaced ? { namespace: client.namespace } : {})
        })
        return [...Inspection.ofObject(object, now), ...(yield* stored(object, flags, now))]
      }).pipe(Effect.provide(KubernetesClient.layer(clientOptions(flags, host))))
  }
})

const render = (groups: ReadonlyArray<Inspection.Group>, now: Date, host: Host): string => {
  const paint = Paint.make(Paint.wanted(host, host.stdout))
  const columns = host.stdout.isTerminal ? Math.max(40, host.stdout.columns()) : Number.POSITIVE_INFINITY
  return groups
    .map(({ certificates, title, verdicts }) =>
      [
        ...wrap(clean(title), columns).map(paint.bold),
        ...certificates.flatMap((certificate, index) =>
          CertificateText.lines(certificate, { now, paint, columns: columns - 5 }).map(
            (line, at) => `${at === 0 ? `${index + 1}.`.padStart(3) : "   "}  ${line}`
          )
        ),
        ...verdicts.flatMap((verdict) => CheckText.lines(verdict, { paint, columns })),
        ""
      ].join("\n")
    )
    .join("\n")
}

/**
 * Shows the certificates of one thing.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof certsInspectFlags> = ({ arguments: operands, flags, host }) =>
  execute(
    host,
    flags,
    Effect.gen(function* () {
      if (operands.length === 0) {
        return yield* new CommandError({
          exit: "usage",
          detail: "nothing to inspect",
          hint: "Name a file, - for standard input, HOST:PORT, or an object such as secret/NAME"
        })
      }
      const named = operands.join("/")
      const now = new Date(yield* Clock.currentTimeMillis)
      const groups = yield* inspect(Source.parse(named), flags, host, now)
      if (groups.length === 0) {
        return yield* badInput(
          `there is no certificate in ${named}`,
          "Look at a Secret, a webhook configuration, a crd, an apiservice, a file or a server that has one"
        )
      }
      const { output } = flags
      host.stdout.write(
        output === "json" || output === "yaml"
          ? Documents.render(
              groups.map((group) => ({ ...group, certificates: group.certificates.map(CertificateText.toJson) })),
              output
            )
          : render(groups, now, host)
      )
    })
  )
