/**
 * What has to be right before anything is installed: the server answers, is new enough, and lets us.
 *
 * @since 0.1.0
 */
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Effect from "effect/Effect"
import { isAllowed } from "../bootstrap/Preflight.ts"
import type { Finding } from "./Finding.ts"

/** Server-side apply is stable since then. */
const oldest = 22

/** What installs of operators with webhooks write. */
const wanted: ReadonlyArray<readonly [group: string, resource: string]> = [
  ["", "namespaces"],
  ["", "secrets"],
  ["", "services"],
  ["apps", "deployments"],
  ["batch", "jobs"],
  ["rbac.authorization.k8s.io", "clusterroles"],
  ["rbac.authorization.k8s.io", "clusterrolebindings"],
  ["apiextensions.k8s.io", "customresourcedefinitions"],
  ["admissionregistration.k8s.io", "validatingwebhookconfigurations"],
  ["admissionregistration.k8s.io", "mutatingwebhookconfigurations"]
]

const version = Effect.gen(function* (): Effect.fn.Return<Finding, ClientError, KubernetesClient> {
  const client = yield* KubernetesClient
  const { gitVersion, minor } = yield* client.version
  const subject = `Kubernetes at ${client.server}`
  return Number.parseInt(minor, 10) >= oldest
    ? { subject, result: "success", detail: gitVersion }
    : {
        subject,
        result: "error",
        detail: `${gitVersion} has no stable server-side apply`,
        hint: `Upgrade the cluster to v1.${oldest} or later`
      }
})

const permissions = Effect.gen(function* (): Effect.fn.Return<Finding, ClientError, KubernetesClient> {
  const subject = "permission to install"
  const refused = (yield* isAllowed({ group: "*", resource: "*", verb: "*" }))
    ? []
    : yield* Effect.filter(
        wanted,
        ([group, resource]) =>
          Effect.map(
            Effect.forEach(["create", "patch"], (verb) => isAllowed({ group, resource, verb })),
            (allowed) => allowed.includes(false)
          ),
        { concurrency: 8 }
      )
  return refused.length === 0
    ? { subject, result: "success", detail: "everything that an operator with webhooks needs may be written" }
    : {
        subject,
        result: "error",
        detail: `not permitted to create and patch ${refused.map(([, resource]) => resource).join(", ")}`,
        hint: "Install as a cluster administrator (--context, --as), or ask for a role that grants this"
      }
})

/**
 * Looks at all of it.
 *
 * @category checks
 * @since 0.1.0
 */
export const prerequisites: Effect.Effect<ReadonlyArray<Finding>, ClientError, KubernetesClient> = Effect.all([
  version,
  permissions
])
