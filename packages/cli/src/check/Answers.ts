/**
 * Asks what the API server calls: webhooks by a server-side dry run, aggregated APIs by a read. It is the one check that
 * goes the whole way, from the API server's own trust to the pod's own certificate.
 *
 * @since 0.1.0
 */
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as WebhookProbe from "@holdfast/k8s-adapter/WebhookProbe"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { part, textOf } from "../input/Json.ts"
import { type Callee, keyOf } from "./Callee.ts"
import type { Finding } from "./Finding.ts"
import * as Material from "./Material.ts"
import * as Server from "./Server.ts"
import type { Snapshot } from "./Snapshot.ts"

/**
 * What a callee answered; there is none for what could not be asked.
 *
 * @category models
 * @since 0.1.0
 */
export type Answer =
  | { readonly _tag: "Answered" }
  | { readonly _tag: "Failed"; readonly certificate: boolean; readonly detail: string; readonly hint: string }

/**
 * The answers by {@link keyOf}, and what was left out.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answers {
  readonly answers: ReadonlyMap<string, Answer>
  /** What is presented at the addresses that are not Services, as far as they are reached from here. */
  readonly presented: ReadonlyMap<string, Material.Material>
  readonly unasked: ReadonlyArray<Finding>
}

/**
 * The answers where nobody was asked.
 *
 * @category constants
 * @since 0.1.0
 */
export const none: Answers = { answers: new Map(), presented: new Map(), unasked: [] }

/** Webhooks that hang take ten seconds each; a cluster full of them must not hold up the rest of the audit. */
const patience = 60_000

const failed = (error: Extract<ClientError, { readonly hint: string }>): Answer => ({
  _tag: "Failed",
  certificate: error._tag === "CertificateError",
  detail: error.message.replace(`. ${error.hint}`, ""),
  hint: error.hint
})

const ofProbe = (probe: WebhookProbe.Probe): Answer | undefined => {
  if (probe._tag === "Answered") return { _tag: "Answered" }
  if (probe._tag === "NotProbed") return undefined
  const { error, target } = probe
  // Another webhook stood in the way: it has a finding of its own.
  const own = target.type === "conversion" ? error.where === "conversion-webhook" : error.webhook === target.webhook
  return own ? failed(error) : undefined
}

const askApi = Effect.fnUntraced(function* ({
  object
}: Callee): Effect.fn.Return<Answer | undefined, ClientError, KubernetesClient> {
  const client = yield* KubernetesClient
  const [group, version] = [textOf(part(object, "spec", "group")), textOf(part(object, "spec", "version"))]
  return yield* client.request({ method: "GET", path: `/apis/${group}/${version}` }).pipe(
    Effect.as<Answer>({ _tag: "Answered" }),
    Effect.catchTags({
      CertificateError: (error) => Effect.succeed(error.where === "aggregated-api" ? failed(error) : undefined),
      ServiceUnavailable: (error) => Effect.succeed(failed(error))
    })
  )
})

const addressOf = (url: string): Server.Address | undefined => {
  if (!URL.canParse(url)) return undefined
  const { hostname, port } = new URL(url)
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? 443 : Number(port) }
}

/** What is presented at an address, if it is reached: it may be there for the API server alone. */
const present = ({ url = "" }: Callee): Effect.Effect<Material.Material | undefined> => {
  const address = addressOf(url)
  if (address === undefined) return Effect.undefined
  return Server.presented(address).pipe(
    Effect.map((chain) => Material.fromServer(new URL(url).origin, chain)),
    Effect.orElseSucceed(() => undefined)
  )
}

/**
 * Asks all that can be asked, for a minute at the most.
 *
 * @category checks
 * @since 0.1.0
 */
export const ask = Effect.fnUntraced(function* (
  snapshot: Snapshot
): Effect.fn.Return<Answers, never, KubernetesClient> {
  const until = (yield* Clock.currentTimeMillis) + patience
  const questions = [
    ...snapshot.configurations.flatMap(WebhookProbe.targetsOf).map((target) => ({
      key: keyOf(target.configuration, target.webhook),
      ask: Effect.map(WebhookProbe.probe(target), ofProbe)
    })),
    ...snapshot.callees
      .filter(({ kind }) => kind === "aggregated-api")
      .map((callee) => ({ key: keyOf(toRef(callee.object), callee.name), ask: askApi(callee) }))
  ]
  let late = 0
  const inTime = <A, E, R>({ ask: question, key }: { readonly key: string; readonly ask: Effect.Effect<A, E, R> }) =>
    Effect.gen(function* () {
      if ((yield* Clock.currentTimeMillis) >= until) {
        late++
        return []
      }
      // What may not be asked, or gets no answer at all, is left to the other checks.
      const answer = yield* Effect.orElseSucceed(question, () => undefined)
      return answer === undefined ? [] : [[key, answer] as const]
    })
  const elsewhere = snapshot.callees
    .filter(({ url }) => url !== undefined)
    .map((callee) => ({ key: keyOf(toRef(callee.object), callee.name), ask: present(callee) }))
  const answers = yield* Effect.forEach(questions, inTime, { concurrency: 8 })
  const presented = yield* Effect.forEach(elsewhere, inTime, { concurrency: 8 })
  const unasked: ReadonlyArray<Finding> =
    late === 0
      ? []
      : [
          {
            subject: "dry runs",
            result: "skipped",
            detail: `${late} of ${questions.length + elsewhere.length} webhooks and APIs were not asked: a minute was over`
          }
        ]
  return { answers: new Map(answers.flat()), presented: new Map(presented.flat()), unasked }
})
