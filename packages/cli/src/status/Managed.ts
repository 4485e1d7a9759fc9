/**
 * What the operator looks after: rotations and package repositories, at a glance.
 *
 * @since 0.1.0
 */
import type { ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import * as RotationNews from "../certs/RotationNews.ts"
import * as WebhookCertificate from "../certs/WebhookCertificate.ts"
import type { Finding } from "../check/Finding.ts"
import * as Moments from "../output/Moments.ts"
import * as PackageRepository from "../repo/PackageRepository.ts"
import * as Reading from "./Reading.ts"

const nothingSaid = "no operator has said anything about it yet"

const rotationFinding = (object: KubernetesObject, now: Date): Finding => {
  const { name, namespace } = object.metadata
  const subject = `rotation ${namespace}/${name}`
  const status = WebhookCertificate.statusOf(object)
  const { apiServersProven, clockSkewed, contested, leafNotAfter, phase, ready, targetsInSync } = status
  const command = `holdfast certs watch ${name} -n ${namespace} --once`
  if (ready.status === "") {
    return { subject, result: "warning", detail: nothingSaid, hint: "See whether the operator is running" }
  }
  if (ready.status !== "True") {
    return { subject, result: "error", detail: ready.message, hint: "See what it waits for", command }
  }
  const doubt = [contested, clockSkewed].find((verdict) => verdict.status === "True")
  if (doubt !== undefined)
    return { subject, result: "warning", detail: doubt.message, hint: "See the details", command }
  const wait = RotationNews.waiting(status)
  const end = leafNotAfter === "" ? [] : [`certificate ends ${Moments.fromNow(new Date(leafNotAfter), now)}`]
  const details = [
    `${phase}${wait === undefined ? "" : ` (waiting for ${wait})`}`,
    ...end,
    `targets ${targetsInSync}`,
    `API servers ${apiServersProven}`
  ]
  return { subject, result: "success", detail: details.join(", ") }
}

/**
 * How the rotations are.
 *
 * @category findings
 * @since 0.1.0
 */
export const rotationFindings = (now: Date): Effect.Effect<ReadonlyArray<Finding>, ClientError, KubernetesClient> =>
  Effect.map(Reading.list(WebhookCertificate.kind), ({ objects, unread }) => [
    ...objects.map((object) => rotationFinding(object, now)),
    ...unread
  ])

const repositoryFinding = (object: KubernetesObject): Finding => {
  const { name } = object.metadata
  const subject = `package repository ${name}`
  const { message, status } = PackageRepository.readyOf(object)
  const address = PackageRepository.specOf(object).url ?? ""
  if (status === "True") return { subject, result: "success", detail: `ready (${address})` }
  return status === "False"
    ? {
        subject,
        result: "error",
        detail: message,
        hint: "See its address and login",
        command: `holdfast repo show ${name}`
      }
    : { subject, result: "warning", detail: nothingSaid, hint: "See whether the operator is running" }
}

/**
 * How the package repositories are.
 *
 * @category findings
 * @since 0.1.0
 */
export const repositoryFindings: Effect.Effect<ReadonlyArray<Finding>, ClientError, KubernetesClient> = Effect.map(
  Reading.list(PackageRepository.kind),
  ({ objects, unread }) => [...objects.map(repositoryFinding), ...unread]
)
