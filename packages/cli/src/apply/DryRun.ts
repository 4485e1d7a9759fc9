import type * as Apply from "@holdfast/k8s-adapter/Apply"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import { CommandError } from "../output/CommandError.ts"
import type { ObjectResult } from "../output/Objects.ts"

export const dryRun = (
  _objects: ReadonlyArray<KubernetesObject>,
  _options: Apply.ApplyOptions
): Effect.Effect<ReadonlyArray<ObjectResult>, CommandError> =>
  Effect.fail(new CommandError({ exit: "failure", detail: "server dry run is not there yet" }))
