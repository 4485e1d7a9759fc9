/**
 * The checks: from what was read to findings.
 *
 * @since 0.1.0
 */
import { format, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import type { Probe } from "@holdfast/k8s-adapter/WebhookProbe"
import { type Callee, describe, part, textOf } from "./Callee.ts"
import type { Category, Finding } from "./Finding.ts"
import { lockout } from "./Lockout.ts"
import { type Snapshot, secretsBehind } from "./Snapshot.ts"
import * as Trust from "./Trust.ts"

type Problem = Omit<Finding, "subject">

const reachable = (callee: Callee, snapshot: Snapshot): Problem | undefined => {
  const { service } = callee
  if (service === undefined) return undefined
  const key = `${service.namespace}/${service.name}`
  if (!snapshot.services.has(key) && snapshot.services.size > 0) {
    return {
      result: "error",
      detail: `its Service ${key} is not there`,
      hint: "Create the Service, or remove what calls it"
    }
  }
  if (snapshot.endpoints !== undefined && (snapshot.endpoints.get(key) ?? 0) === 0) {
    return {
      result: "error",
      detail: `its Service ${key} has no ready endpoints`,
      hint: `Look at the pods behind it: kubectl get pods -n ${service.namespace}`
    }
  }
  return undefined
}

const stored = (callee: Callee, snapshot: Snapshot, times: Trust.Times): ReadonlyArray<Problem> => {
  const { service } = callee
  if (service === undefined || callee.insecure) return []
  const dnsName = `${service.name}.${service.namespace}.svc`
  return secretsBehind(snapshot, service).map((secret) => {
    const where = `Secret ${secret.metadata.namespace}/${secret.metadata.name}`
    const chain = Buffer.from(textOf(part(secret, "data", "tls.crt")), "base64").toString("utf8")
    return Trust.chain(callee, { chain, where }, dnsName, times)
  })
}

const probed = (probe: Probe | undefined): Problem | undefined => {
  if (probe?._tag !== "Failed") return undefined
  return { result: "error", detail: probe.error.message, hint: probe.error.hint }
}

/** The first thing that is broken; what follows from it would only repeat it. */
const worst = (problems: ReadonlyArray<Problem | undefined>): Problem | undefined => {
  const found = problems.filter((one) => one !== undefined)
  return found.find(({ result }) => result === "error") ?? found.find(({ result }) => result === "warning")
}

const callee = (one: Callee, probe: Probe | undefined, snapshot: Snapshot, times: Trust.Times): Finding => {
  const bundle = Trust.bundle(one, times)
  const chains = bundle?.result === "error" ? [] : stored(one, snapshot, times)
  const problem = worst([bundle, ...chains, reachable(one, snapshot), probed(probe), lockout(one)])
  if (problem !== undefined) return { subject: describe(one), ...problem }
  const [sound] = chains
  const answered = probe?._tag === "Answered" ? "answered a dry run" : undefined
  return {
    subject: describe(one),
    result: "success",
    detail: [sound?.detail, answered].filter((text) => text !== undefined).join(", ") || "its configuration is sound"
  }
}

const available = (snapshot: Snapshot): ReadonlyArray<Finding> =>
  snapshot.apiServices.flatMap((service) => {
    const conditions = part(service, "status", "conditions")
    const condition = Array.isArray(conditions)
      ? conditions.find((one) => part(one, "type") === "Available")
      : undefined
    return part(condition, "status") === "False"
      ? [
          {
            subject: format(toRef(service)),
            result: "error" as const,
            detail: `not available: ${textOf(part(condition, "message")) || textOf(part(condition, "reason"))}`,
            hint: "Look at the pods behind its Service, and at its caBundle"
          }
        ]
      : []
  })

/**
 * Audits everything that the API server calls. `probes` are by {@link probeKey}.
 *
 * @category checks
 * @since 0.1.0
 */
export const audit = (
  snapshot: Snapshot,
  probes: ReadonlyMap<string, Probe>,
  times: Trust.Times
): ReadonlyArray<Category> => {
  const of = (kind: Callee["kind"]) =>
    snapshot.callees
      .filter((one) => one.kind === kind)
      .map((one) => callee(one, probes.get(probeKey(one.ref.kind, one.ref.name, one.name)), snapshot, times))
  return [
    { name: "Admission webhooks", findings: of("admission") },
    { name: "Conversion webhooks", findings: of("conversion") },
    { name: "Aggregated APIs", findings: [...of("aggregated-api"), ...available(snapshot)] },
    { name: "Left out", findings: snapshot.unread }
  ].filter(({ findings }) => findings.length > 0)
}

/**
 * What a probe is kept under.
 *
 * @category queries
 * @since 0.1.0
 */
export const probeKey = (kind: string, configuration: string, webhook: string): string =>
  `${kind}/${configuration}/${webhook}`
