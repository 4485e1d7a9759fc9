/**
 * The validating webhook of package repositories: a repository that installed packages come from can neither be deleted
 * nor pointed elsewhere, for what is installed could then not be updated, or would be updated to something else.
 *
 * @since 0.1.0
 */
import type * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { allowed, denied, type Verdict } from "../admission/AdmissionReview.ts"
import type { AdmissionHandler } from "../admission/AdmissionServer.ts"
import * as PackageRepository from "./PackageRepository.ts"

/**
 * Where Glasskube's ValidatingWebhookConfiguration sends its reviews.
 *
 * @category constants
 * @since 0.1.0
 */
export const path = "/validate-packages-glasskube-dev-v1alpha1-packagerepository"

/**
 * Makes the handler. Packages are read from the API server, not from a cache: one that was installed a moment ago counts.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make =
  (client: KubernetesClient.Shape): AdmissionHandler =>
  (request) => {
    const { object, oldObject, operation } = request
    const before = oldObject
    switch (operation) {
      case "CREATE":
        return Effect.succeed(object === undefined ? malformed : wellFormed(object))
      case "DELETE":
        return before === undefined ? Effect.succeed(malformed) : unlessInUse(client, before, "deleted")
      case "UPDATE": {
        if (object === undefined || before === undefined) return Effect.succeed(malformed)
        // What waits for its finalizers has to get rid of them.
        if (object.metadata.deletionTimestamp !== undefined) return Effect.succeed(allowed())
        const isRepointed = urlOf(object) !== urlOf(before)
        const verdict = isRepointed ? wellFormed(object) : allowed()
        if (verdict._tag === "Denied") return Effect.succeed(verdict)
        if (isRepointed) return unlessInUse(client, before, "pointed to another address")
        return PackageRepository.isDefault(before) && !PackageRepository.isDefault(object)
          ? unlessInUse(client, before, "made a repository that is not the default", (name) => name === undefined)
          : Effect.succeed(verdict)
      }
      default:
        return Effect.succeed(allowed())
    }
  }

const malformed = denied("the review has no PackageRepository in it", { code: 400 })

const wellFormed = (object: KubernetesObject): Verdict => {
  const spec = PackageRepository.decode(object)
  return Result.isFailure(spec) ? denied(spec.failure, { code: 422 }) : allowed()
}

const urlOf = (object: KubernetesObject): unknown => (object["spec"] as { readonly url?: unknown } | undefined)?.url

const unlessInUse = (
  client: KubernetesClient.Shape,
  repository: KubernetesObject,
  what: string,
  concerns: (repositoryName: string | undefined) => boolean = (name) =>
    name === repository.metadata.name || (name === undefined && PackageRepository.isDefault(repository))
): Effect.Effect<Verdict> =>
  Effect.gen(function* () {
    const clusterPackages = yield* list(client, "ClusterPackage")
    const packages = yield* list(client, "Package")
    const users = [...clusterPackages, ...packages].filter((each) => concerns(repositoryNameOf(each))).map(nameOf)
    if (users.length === 0) return allowed()
    const some = users.slice(0, 5).join(", ")
    return denied(
      `the package repository ${repository.metadata.name} cannot be ${what}: ${users.length === 1 ? "a package is" : `${users.length} packages are`} installed from it (${some}${users.length > 5 ? ", …" : ""}). Uninstall ${users.length === 1 ? "it" : "them"} first.`
    )
  }).pipe(
    // Nobody can tell: that is for the webhook's failurePolicy.
    Effect.orDie
  )

/** All packages of a kind; none where the kind is not installed. */
const list = (client: KubernetesClient.Shape, kind: "ClusterPackage" | "Package") =>
  client.list({ apiVersion: PackageRepository.kind.apiVersion, kind }).pipe(
    Effect.map(({ items }) => items),
    Effect.catchTags({
      UnknownKind: () => Effect.succeed([]),
      NotFound: () => Effect.succeed([])
    })
  )

/** The repository that a package names; `undefined` for the default one. */
const repositoryNameOf = (object: KubernetesObject): string | undefined => {
  const spec = object["spec"] as { readonly packageInfo?: { readonly repositoryName?: string } } | undefined
  return spec?.packageInfo?.repositoryName || undefined
}

const nameOf = ({ kind, metadata }: KubernetesObject): string =>
  `${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${kind.toLowerCase()}/${metadata.name}`
