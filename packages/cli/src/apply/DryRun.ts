/**
 * What the server would make of manifests, without keeping anything of it: `--dry-run=server` and `--diff`.
 *
 * @since 0.1.0
 */
import type * as Apply from "@holdfast/k8s-adapter/Apply"
import * as Diff from "@holdfast/k8s-adapter/Diff"
import type { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import type { Host } from "../Host.ts"
import * as DiffText from "../output/DiffText.ts"
import * as Documents from "../output/Documents.ts"
import * as Objects from "../output/Objects.ts"
import * as Paint from "../output/Paint.ts"

/**
 * What to show of a dry run.
 *
 * @category options
 * @since 0.1.0
 */
export interface DryRunOptions {
  readonly apply: Omit<Apply.ApplyOptions, "onEvent">
  /** Shows each changed value in place of one line an object. */
  readonly diff: boolean
  readonly output: "table" | "wide" | "json" | "yaml" | "name" | undefined
}

const result = ({
  outcome,
  untried,
  ref,
  after,
  index
}: Diff.Difference): Objects.ObjectResult & { index: number } => ({
  index,
  ref,
  result: `${outcome} (server dry run${untried === undefined ? "" : `, not tried: ${untried}`})`,
  attempts: 1,
  object: after
})

const render = (differences: ReadonlyArray<Diff.Difference>, options: DryRunOptions, host: Host): string => {
  const { diff, output } = options
  if (!diff) return Objects.render(differences.map(result), output)
  if (output === "json" || output === "yaml") return Documents.render(differences, output)
  const changed = differences.filter(({ outcome }) => outcome !== "unchanged")
  return DiffText.render(changed, Paint.make(Paint.wanted(host, host.stdout)))
}

/**
 * Asks the server, and prints what it would do.
 *
 * @category operations
 * @since 0.1.0
 */
export const dryRun = (
  objects: ReadonlyArray<KubernetesObject>,
  options: DryRunOptions,
  host: Host
): Effect.Effect<void, Diff.DiffFailed, KubernetesClient> =>
  Effect.map(Diff.diff(objects, options.apply), (differences) => host.stdout.write(render(differences, options, host)))
