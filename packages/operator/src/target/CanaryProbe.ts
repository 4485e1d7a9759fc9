/**
 * Asks API servers what they have in effect: each is made to call a canary that presents the staged leaf, by the very
 * bundle that it calls the webhook by, and the words of its answer say whether it trusted that leaf.
 *
 * @since 0.1.0
 */
import { AdmissionDenied, NotFound, ServiceUnavailable } from "@holdfast/k8s-adapter/ApiError"
import { CertificateError, type Reason } from "@holdfast/k8s-adapter/CertificateError"
import type { ClientError, KubernetesClient, Shape } from "@holdfast/k8s-adapter/KubernetesClient"
import type { HttpRequest } from "@holdfast/k8s-adapter/Transport"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { TargetKind } from "../certificate/WebhookCertificate.ts"
import type { ApiServers } from "./ApiServers.ts"
import * as Barrier from "./Barrier.ts"
import * as CanaryAnswer from "./CanaryAnswer.ts"
import * as CanaryEntry from "./CanaryEntry.ts"
import type { FoundTarget, RotatedWebhook } from "./Target.ts"

/**
 * What one API server let know about one target.
 *
 * - `trusted: true`: it has verified the staged leaf by the bundle that was published at `epoch`;
 * - `trusted: false`: it has refused it, or does not know yet what was published;
 * - `trusted: undefined`: nobody was there to present the staged leaf, or the answer says nothing about it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answer {
  readonly apiServer: string
  readonly target: string
  /** 0 where it is not known. */
  readonly epoch: number
  readonly trusted: boolean | undefined
  /** What was heard, in words for people. */
  readonly why: string
}

/**
 * What to ask.
 *
 * @category options
 * @since 0.1.0
 */
export interface ProbeOptions {
  readonly webhook: RotatedWebhook
  /** The fingerprint (SHA-256) of the staged leaf. */
  readonly leaf: string
  readonly pairs: ReadonlyArray<{ readonly apiServer: string; readonly target: FoundTarget }>
  readonly apiServers: Pick<ApiServers, "client">
}

/**
 * Asks, and gives an answer for every pair. Where a target can have no canary entry, its barrier is written first.
 *
 * @category probing
 * @since 0.1.0
 */
export const probe: (options: ProbeOptions) => Effect.Effect<ReadonlyArray<Answer>, never, KubernetesClient> =
  Effect.fn("CanaryProbe.probe")(function* ({ apiServers, leaf, pairs, webhook }: ProbeOptions) {
    const targets = [...new Map(pairs.map(({ target }) => [target.name, target])).values()]
    const barriers = new Map<TargetKind, Result.Result<Barrier.Barrier, ClientError>>()
    for (const kind of ["CustomResourceDefinition", "APIService"] as const) {
      const alike = targets.filter((target) => target.kind === kind)
      if (alike.length > 0) barriers.set(kind, yield* Effect.result(Barrier.make(webhook, kind, alike)))
    }
    const questionOf = (target: FoundTarget) => {
      const barrier = barriers.get(target.kind)
      return barrier === undefined
        ? Result.succeed(entryQuestion(webhook, target))
        : Result.map(barrier, barrierQuestion(target))
    }
    // One client for all questions of a round; the next round may be led to another API server by another connection.
    const clients = new Map<string, Result.Result<Shape, ClientError>>()
    for (const { apiServer } of pairs) {
      if (!clients.has(apiServer)) clients.set(apiServer, yield* Effect.result(apiServers.client(apiServer)))
    }
    const ask = (apiServer: string, { judge, request }: Question) =>
      Effect.fromResult(clients.get(apiServer) as Result.Result<Shape, ClientError>).pipe(
        Effect.flatMap((client) => client.request(request)),
        Effect.result,
        Effect.map((heard) => judge(heard, leaf))
      )
    return yield* Effect.forEach(
      pairs,
      ({ apiServer, target }) =>
        Result.match(questionOf(target), {
          onFailure: ({ message }) => Effect.succeed(mute(`its barrier cannot be written: ${message}`)),
          onSuccess: (question) => ask(apiServer, question)
        }).pipe(Effect.map((judged): Answer => ({ apiServer, target: target.name, ...judged }))),
      { concurrency: 8 }
    )
  }, Effect.scoped)

type Judgement = Omit<Answer, "apiServer" | "target">

interface Question {
  readonly request: HttpRequest
  readonly judge: (heard: Result.Result<{ readonly body: unknown }, ClientError>, leaf: string) => Judgement
}

const mute = (why: string): Judgement => ({ epoch: 0, trusted: undefined, why })
const refused = (why: string): Judgement => ({ epoch: 0, trusted: false, why })

/** Another leaf's answer says nothing about the staged one; an older publication is not the one to be proven. */
const answered = (said: CanaryAnswer.CanaryAnswer, leaf: string, target: FoundTarget, isNewest: boolean): Judgement =>
  said.leaf !== leaf
    ? mute("the canary does not present the staged leaf yet")
    : isNewest
      ? { epoch: target.epoch, trusted: true, why: `it trusts the staged leaf by publication ${said.mark}` }
      : refused(`it goes by publication ${said.mark} still`)

/** Reasons that do not come from what is trusted, but from who answered. */
const notAboutTrust: ReadonlySet<Reason> = new Set<Reason>(["hostname-mismatch", "client-certificate-rejected"])

const judgeCertificate = (error: CertificateError): Judgement =>
  notAboutTrust.has(error.reason) ? mute(error.detail) : refused(error.detail)

const entryQuestion = (webhook: RotatedWebhook, target: FoundTarget): Question => {
  const entry = CanaryEntry.nameOf(webhook)
  const name = CanaryEntry.labelOf(webhook, target.name)
  const { apiVersion, kind, path } = CanaryEntry.probeKind
  const body = { apiVersion, kind, metadata: { name, labels: { [CanaryEntry.label]: name } } }
  return {
    request: { method: "POST", path, query: { dryRun: "All" }, body },
    judge: (heard, leaf) => {
      if (Result.isSuccess(heard)) return refused("it does not know the canary entry yet")
      const error = heard.failure
      if (error instanceof CertificateError && error.webhook === entry) return judgeCertificate(error)
      const said =
        error instanceof AdmissionDenied && error.webhook === entry ? CanaryAnswer.read(error.explanation) : undefined
      return said === undefined ? mute(error.message) : answered(said, leaf, target, Number(said.mark) >= target.epoch)
    }
  }
}

const barrierQuestion =
  (target: FoundTarget) =>
  ({ mark, request }: Barrier.Barrier): Question => ({
    request,
    judge: (heard, leaf) => {
      const said = CanaryAnswer.read(
        Result.match(heard, {
          onFailure: (error) => ("detail" in error ? error.detail : ""),
          onSuccess: ({ body }) => JSON.stringify(body)
        })
      )
      if (said !== undefined) return answered(said, leaf, target, said.mark === mark)
      if (Result.isSuccess(heard)) return mute("somebody else answers in the barrier's place")
      const error = heard.failure
      if (error instanceof NotFound) return refused("it does not know the barrier yet")
      if (error instanceof ServiceUnavailable) return mute(`its barrier is not available: ${error.detail}`)
      return error instanceof CertificateError && error.where !== "api-server"
        ? judgeCertificate(error)
        : mute(error.message)
    }
  })
