/**
 * What a kubeconfig or a cluster has to offer to completion. Somebody waits at the prompt and has not asked for anything
 * to be said: an answer that does not come soon, or any error, is no answer.
 *
 * @since 0.1.0
 */
import * as Kubeconfig from "@holdfast/k8s-adapter/Kubeconfig"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import * as Effect from "effect/Effect"
import type { connectionFlags } from "../CommandFlags.ts"
import { clientOptions } from "../Connection.ts"
import * as Source from "../certs/Source.ts"
import * as WebhookCertificate from "../certs/WebhookCertificate.ts"
import type { Question } from "../commandline/Completion.ts"
import type { Live, Values } from "../commandline/Flag.ts"
import type { Host } from "../Host.ts"
import { listOf, part, textOf } from "../input/Json.ts"
import * as PackageRepository from "../repo/PackageRepository.ts"

interface Listed {
  readonly apiVersion: string
  readonly kind: string
  readonly isNamespaced: boolean
}

const listed: Partial<Record<Live, Listed>> = {
  namespaces: { apiVersion: "v1", kind: "Namespace", isNamespaced: false },
  "webhook certificates": { ...WebhookCertificate.kind, isNamespaced: true },
  "package repositories": { ...PackageRepository.kind, isNamespaced: false }
}

/** Names alone travel: not the contents of a Secret. A server that cannot leave them out answers 406. */
const namesAlone = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

/** The kinds above are served under names that follow apimachinery's rule, so that nothing has to be discovered. */
const plural = (kind: string) => `${kind.toLowerCase().replace(/y$/, "ie")}s`

const listNames = Effect.fnUntraced(function* (
  { apiVersion, kind, isNamespaced }: Listed,
  question: Question,
  host: Host
) {
  const client = yield* KubernetesClient.make(clientOptions(question.flags as Values<typeof connectionFlags>, host))
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const scope = isNamespaced ? `/namespaces/${encodeURIComponent(client.namespace)}` : ""
  const { body } = yield* client.request({
    method: "GET",
    path: `${root}${scope}/${plural(kind)}`,
    query: { limit: 1000 },
    headers: { accept: namesAlone }
  })
  return listOf(part(body, "items")).map((item) => textOf(part(item, "metadata", "name")))
})

const values = Effect.fnUntraced(function* (question: Question, host: Host) {
  const { live, begun, operands } = question
  if (live === "contexts" || live === "clusters" || live === "users") {
    const { kubeconfig } = question.flags as Values<typeof connectionFlags>
    return (yield* Kubeconfig.names({ path: kubeconfig, environment: host.env }))[live]
  }
  const own = listed[live]
  if (own !== undefined) return yield* listNames(own, question, host)
  // An object is written as secret/NAME, or as kubectl has it, secret NAME.
  const kind = operands[0] ?? /^([^/]+)\//.exec(begun)?.[1]
  const source = kind === undefined ? undefined : Source.parse(`${kind}/NAME`)
  if (source?._tag !== "Object") return []
  const { apiVersion, kind: name } = source.ref
  const names = yield* listNames({ apiVersion, kind: name, isNamespaced: source.isNamespaced }, question, host)
  return operands.length === 0 ? names.map((one) => `${kind}/${one}`) : names
})

/** A path that the shell has not expanded, for completion sees the line as it is typed. */
const atHome = (question: Question, host: Host): Question => {
  const { kubeconfig } = question.flags
  if (typeof kubeconfig !== "string" || host.env["HOME"] === undefined) return question
  return { ...question, flags: { ...question.flags, kubeconfig: kubeconfig.replace(/^~(?=\/)/, host.env["HOME"]) } }
}

/**
 * The values that fit what has been typed, without those that stand on the line already; none after two seconds.
 *
 * @category running
 * @since 0.1.0
 */
export const ask = (question: Question, host: Host): Promise<ReadonlyArray<string>> =>
  values(atHome(question, host), host).pipe(
    Effect.scoped,
    Effect.timeout("2 seconds"),
    Effect.catchCause(() => Effect.succeed([])),
    Effect.map((found) =>
      found
        .filter((value) => value.startsWith(question.begun) && !question.operands.includes(value))
        .map((value) => question.prefix + value)
    ),
    Effect.runPromise
  )
