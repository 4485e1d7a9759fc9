/**
 * The work of `holdfast uninstall`.
 *
 * @since 0.1.0
 */
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { format, type KubernetesObject, type ObjectRef, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import { readManifests } from "../apply/ReadManifests.ts"
import { clientOptions } from "../Connection.ts"
import type { Run } from "../commandline/Command.ts"
import type { Values } from "../commandline/Flag.ts"
import type { uninstallFlags } from "../commands/Uninstall.ts"
import { execute } from "../Execute.ts"
import type { Host } from "../Host.ts"
import * as Inventory from "../inventory/Inventory.ts"
import { CommandError } from "../output/CommandError.ts"
import { confirm } from "../output/Confirm.ts"
import * as Documents from "../output/Documents.ts"
import { objectName } from "../output/Objects.ts"
import { tell } from "../output/Progress.ts"
import * as Patience from "../Patience.ts"
import * as Belongings from "./Belongings.ts"
import * as Plan from "./Plan.ts"
import * as Removal from "./Removal.ts"
import * as Traces from "./Traces.ts"

type FlagValues = Values<typeof uninstallFlags>

/** What was recorded, or what manifests name; `undefined` where nothing was recorded. */
const readWanted = Effect.fnUntraced(function* (flags: FlagValues, host: Host) {
  if (flags.filename.length === 0 && flags.kustomize === undefined) return yield* Inventory.read
  const objects = yield* readManifests(
    {
      files: flags.filename,
      ...(flags.kustomize === undefined ? {} : { kustomize: flags.kustomize }),
      recursive: flags.recursive ?? false,
      stdin: { [Symbol.asyncIterator]: () => host.stdin.bytes()[Symbol.asyncIterator]() }
    },
    flags.namespace
  )
  return yield* Effect.forEach(objects, (object) =>
    Effect.map(Inventory.refOf(object, objects), (ref): Plan.Wanted => ({ ref, since: undefined }))
  )
})

const count = (many: number, what: string) => `${many} ${what}${many === 1 ? "" : "s"}`

const some = (objects: ReadonlyArray<KubernetesObject>): string => {
  const names = objects.slice(0, 5).map((object) => format(toRef(object)))
  return [...names, ...(objects.length > 5 ? [`${objects.length - 5} more`] : [])].join(", ")
}

const tellBelongings = Effect.fnUntraced(function* ({ resources, contents, unread }: Belongings.Belongings) {
  const warn = (text: string) => tell({ type: "Warning", text })
  if (resources.length > 0) yield* warn(`made by users, goes with its definition: ${some(resources)}`)
  if (contents.length > 0) yield* warn(`made by users, goes with its namespace: ${some(contents)}`)
  yield* Effect.forEach(unread, warn)
})

/** Nobody loses anything without a yes: a person's, or that of flags. */
const ask = Effect.fnUntraced(function* (plan: Plan.Plan, flags: FlagValues, host: Host) {
  const client = yield* KubernetesClient
  const isAlone = !host.stdin.isTerminal() || !host.stderr.isTerminal
  const isHarmless = Belongings.isEmpty(plan.belongings) || flags.deleteResources === true
  if (!isHarmless && (isAlone || flags.yes === true)) {
    return yield* new CommandError({
      exit: "failure",
      detail: "stopped: users have made what would go as well (see above); nothing was changed",
      hint: "Remove it first, or give --delete-resources."
    })
  }
  if (flags.yes === true) return
  if (isAlone) {
    return yield* new CommandError({
      exit: "usage",
      detail: "stopped: there is nobody to ask; nothing was changed",
      hint: "Give --yes, or see what would be done with --dry-run."
    })
  }
  const where = client.context === undefined ? client.server : `context ${client.context} (${client.server})`
  const { resources, contents } = plan.belongings
  const along = isHarmless ? "" : `, and ${count(resources.length + contents.length, "object")} of users with them,`
  if (yield* confirm(host, `Remove ${count(plan.remove.length, "object")}${along} from ${where}?`)) return
  return yield* new CommandError({
    exit: "failure",
    detail: "stopped: nothing was changed",
    hint: "Answer y, or give --yes."
  })
})

const words = { delete: "deleted", clean: "cleaned" } as const

const printPlan = Effect.fnUntraced(function* (plan: Plan.Plan, flags: FlagValues, host: Host) {
  const goesAlong = plan.belongings.resources
  const traces = plan.remove.some(Traces.isDefinition) ? yield* Traces.find : []
  const planned: ReadonlyArray<Traces.Trace> = [
    ...Removal.inOrder([...goesAlong, ...plan.remove]).map((object) => ({
      ref: toRef(object),
      action: "delete" as const
    })),
    ...traces
  ]
  if (flags.output === "json") {
    const removed = planned.map(({ ref, action }) => ({ ...ref, result: `would be ${words[action]}` }))
    const kept = plan.kept.map(({ ref, reason }) => ({ ...ref, reason }))
    host.stdout.write(Documents.render({ removed, kept }, "json"))
    return
  }
  for (const { ref, action } of planned) {
    host.stdout.write(`${objectName(ref)}${flags.output === "name" ? "" : ` would be ${words[action]} (dry run)`}\n`)
  }
})

const uninstall = Effect.fnUntraced(function* (flags: FlagValues, host: Host) {
  const wanted = yield* readWanted(flags, host)
  if (wanted === undefined) {
    const hint = 'what was installed by other means is removed with "-f MANIFEST"'
    yield* tell({ type: "Note", text: `nothing to remove: no bootstrap is recorded in this cluster; ${hint}` })
    return
  }
  const plan = yield* Plan.make(wanted)
  for (const { ref, reason } of plan.kept) yield* tell({ type: "Note", text: `${format(ref)} is kept: ${reason}` })
  yield* tellBelongings(plan.belongings)
  if (flags.dryRun === true) return yield* printPlan(plan, flags, host)
  yield* ask(plan, flags, host)

  const removed: Array<ObjectRef & { readonly result: string }> = []
  const options: Removal.Options = {
    patience: yield* Patience.make(flags, host),
    timeout: flags.timeout ?? 120_000,
    force: flags.force ?? false,
    onRemoved: (ref, action) =>
      Effect.sync(() => {
        removed.push({ ...ref, result: words[action] })
        if (flags.output === "json") return
        host.stdout.write(`${objectName(ref)}${flags.output === "name" ? "" : ` ${words[action]}`}\n`)
      })
  }
  const report = Effect.sync(() => {
    if (flags.output !== "json") return
    const kept = plan.kept.map(({ ref, reason }) => ({ ...ref, reason }))
    host.stdout.write(Documents.render({ removed, kept }, "json"))
  })
  yield* Removal.run(plan, options).pipe(Effect.tapError(() => report))
  // Last of all, so that an uninstall that was interrupted knows what is left to do.
  yield* Inventory.forget(wanted.map(({ ref }) => ref))
  yield* report
  yield* tell({ type: "Done", text: `nothing is left of ${count(plan.remove.length, "object")}` })
})

/**
 * Runs an uninstall.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof uninstallFlags> = ({ flags, host }) =>
  execute(host, flags, Effect.provide(uninstall(flags, host), KubernetesClient.layer(clientOptions(flags, host))))
