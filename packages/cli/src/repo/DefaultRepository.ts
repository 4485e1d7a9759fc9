/**
 * The one repository that packages come from which name none.
 *
 * @since 0.1.0
 */
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { type KubernetesObject, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import type { CommandError } from "../output/CommandError.ts"
import * as PackageRepository from "./PackageRepository.ts"

/**
 * Those that are the default now, other than the one of that name.
 *
 * @category reading
 * @since 0.1.0
 */
export const others = (
  name: string
): Effect.Effect<ReadonlyArray<KubernetesObject>, ClientError | CommandError, KubernetesClient> =>
  Effect.map(PackageRepository.read([]), (all) =>
    all.filter((each) => each.metadata.name !== name && PackageRepository.isDefault(each))
  )

/**
 * Makes a repository one that is not the default.
 *
 * @category operations
 * @since 0.1.0
 */
export const unset = (
  repository: KubernetesObject,
  options: { readonly dryRun: boolean }
): Effect.Effect<KubernetesObject, ClientError, KubernetesClient> =>
  Effect.flatMap(KubernetesClient, (client) =>
    client.patch(toRef(repository), {
      type: "merge",
      body: { metadata: { annotations: { [PackageRepository.defaultAnnotation]: null } } },
      dryRun: options.dryRun
    })
  )
