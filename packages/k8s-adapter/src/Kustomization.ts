/**
 * Builds a kustomization, as far as installs need it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Manifest } from "./Manifest.ts"
import { ManifestError } from "./ManifestError.ts"

/** Builds the kustomization of a folder. */
export const build = (folder: string): Effect.Effect<ReadonlyArray<Manifest>, ManifestError> =>
  Effect.fail(
    new ManifestError({
      reason: "unsupported",
      source: folder,
      detail: "kustomizations are not built yet",
      hint: "Build it with `kubectl kustomize` and pipe it in."
    })
  )
