/**
 * The checks of what the API server calls: from what was read to findings.
 *
 * @since 0.1.0
 */
import { toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import { listOf, part, textOf } from "../input/Json.ts"
import * as Moments from "../output/Moments.ts"
import type { Answer, Answers } from "./Answers.ts"
import { type Callee, describe, hostOf, keyOf } from "./Callee.ts"
import type { Category, Finding, Outlook, Problem } from "./Finding.ts"
import { lockout } from "./Lockout.ts"
import type { Material } from "./Material.ts"
import { reach } from "./Reach.ts"
import { materialsBehind, type Snapshot } from "./Snapshot.ts"
import { tlsSecrets } from "./TlsSecrets.ts"
import * as Trust from "./Trust.ts"

/**
 * What is wrong with the trust between the API server and a callee. Of several Secrets that pods mount, one that
 * verifies is the one that is served; a Secret for another name is only held against the callee when it is the only one,
 * and nothing says that the callee answers.
 */
const trust = (
  callee: Callee,
  materials: ReadonlyArray<Material>,
  answer: Answer | undefined,
  outlook: Outlook
): Pick<Trust.Verdict, "problem"> & Partial<Trust.Verdict> => {
  const bundled = Trust.bundle(callee, materials, outlook)
  if (bundled?.result === "error" || callee.insecure) return { problem: bundled }
  const looked = materials.map((material) => Trust.stored(callee, material, outlook))
  const sound = looked.find(({ problem }) => problem === undefined)
  if (sound !== undefined) return { ...sound, problem: bundled }
  const soon = looked.find(({ problem }) => problem?.result === "warning")
  if (soon !== undefined) return soon
  const own = looked.filter(({ material }) => Trust.isFor(material, hostOf(callee)))
  const answered = answer?._tag === "Answered"
  const [first] = own.length > 0 ? own : looked.length === 1 && !answered ? looked : []
  if (first?.problem === undefined) return { problem: bundled }
  const { problem } = first
  return answered
    ? { problem: { ...problem, result: "warning", detail: `it answers, but not for long: ${problem.detail}` } }
    : first
}

const unavailable = ({ object }: Callee, outlook: Outlook): Problem | undefined => {
  const condition = listOf(part(object, "status", "conditions")).find((one) => part(one, "type") === "Available")
  if (part(condition, "status") !== "False") return undefined
  const told = textOf(part(condition, "message")) || textOf(part(condition, "reason"))
  return {
    result: "error",
    detail: `not available: ${told}`,
    hint: "Look at the pods behind its Service and at its caBundle. Where nobody serves it any more, delete the APIService: while it is there, no namespace can be deleted",
    command: `${outlook.kubectl} describe apiservice ${object.metadata.name}`
  }
}

/** The way from the API server to the pod fails, and nothing that is stored says why. */
const unanswered = (answer: Answer | undefined, material: Material | undefined): Problem | undefined => {
  if (answer?._tag !== "Failed") return undefined
  const { certificate, detail, hint } = answer
  return certificate && material !== undefined
    ? {
        result: "error",
        detail,
        hint: `What ${material.where} holds verifies, so the pods still serve an older certificate: restart them, or give their kubelet a minute to bring the Secret`
      }
    : { result: "error", detail, hint }
}

const look = (
  callee: Callee,
  { answers, presented }: Answers,
  snapshot: Snapshot,
  outlook: Outlook
): ReadonlyArray<Finding> => {
  const { service } = callee
  const key = keyOf(toRef(callee.object), callee.name)
  const answer = answers.get(key)
  const served = presented.get(key)
  const materials = service !== undefined ? materialsBehind(snapshot, service) : served === undefined ? [] : [served]
  const { material, problem, until } = trust(callee, materials, answer, outlook)
  const causes = [problem, service === undefined ? undefined : reach(service, snapshot, outlook)].filter(
    (one) => one !== undefined
  )
  const broken = causes.some(({ result }) => result === "error")
  const problems = [
    ...causes,
    // That it fails only repeats why it fails.
    broken ? undefined : (unavailable(callee, outlook) ?? unanswered(answer, material)),
    lockout(callee, snapshot, outlook)
  ].filter((one) => one !== undefined)
  const subject = describe(callee)
  if (problems.length > 0) return problems.map((one) => ({ subject, ...one }))
  const verified = until === undefined ? undefined : `verifies until ${Moments.format(until)}`
  const asked = answer?._tag === "Answered" ? "it answers" : undefined
  return [
    {
      subject,
      result: "success",
      detail: [verified, asked].filter((text) => text !== undefined).join(", ") || "its configuration is sound"
    }
  ]
}

/**
 * Audits everything that the API server calls, and the TLS Secrets in use.
 *
 * @category checks
 * @since 0.1.0
 */
export const audit = (snapshot: Snapshot, answers: Answers, outlook: Outlook): ReadonlyArray<Category> => {
  const of = (kind: Callee["kind"]) =>
    snapshot.callees.filter((one) => one.kind === kind).flatMap((callee) => look(callee, answers, snapshot, outlook))
  const seen = new Set(
    snapshot.callees.flatMap((callee) =>
      callee.service === undefined
        ? []
        : materialsBehind(snapshot, callee.service).filter((material) => Trust.isFor(material, hostOf(callee)))
    )
  )
  return [
    { name: "Admission webhooks", findings: of("admission") },
    { name: "Conversion webhooks", findings: of("conversion") },
    { name: "Aggregated APIs", findings: of("aggregated-api") },
    { name: "TLS Secrets in use", findings: tlsSecrets(snapshot, seen, outlook) },
    { name: "Left out", findings: [...snapshot.unread, ...answers.unasked] }
  ].filter(({ findings }) => findings.length > 0)
}
