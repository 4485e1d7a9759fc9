/**
 * The work of `holdfast check`.
 *
 * @since 0.1.0
 */
import * as Kubeconfig from "@holdfast/k8s-adapter/Kubeconfig"
import type { KubeconfigError } from "@holdfast/k8s-adapter/KubeconfigError"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { clientOptions } from "../Connection.ts"
import type { Run } from "../commandline/Command.ts"
import type { Values } from "../commandline/Flag.ts"
import type { checkFlags } from "../commands/Check.ts"
import { execute } from "../Execute.ts"
import * as ExitCode from "../ExitCode.ts"
import type { Host } from "../Host.ts"
import * as Documents from "../output/Documents.ts"
import * as ErrorReport from "../output/ErrorReport.ts"
import * as Moments from "../output/Moments.ts"
import * as Paint from "../output/Paint.ts"
import * as Answers from "./Answers.ts"
import { audit } from "./Audit.ts"
import * as Changes from "./Changes.ts"
import * as CheckText from "./CheckText.ts"
import { connection } from "./Connection.ts"
import { type Category, type Finding, isSound, type Outlook } from "./Finding.ts"
import { kubectl } from "./Kubectl.ts"
import { prerequisites } from "./Prerequisites.ts"
import * as Snapshot from "./Snapshot.ts"

type Flags = Values<typeof checkFlags>

type Failure = ClientError & { readonly hint?: string }

const month = 30 * 86_400_000

interface Audited {
  readonly categories: ReadonlyArray<Category>
  readonly exit: ExitCode.ExitName
}

/** The API server cannot be asked: that is a finding too, and often the certificates beside it say why. */
const unreachable = (server: string, own: ReadonlyArray<Finding>, error: Failure): Audited => {
  const { exit, message } = ErrorReport.ofError(error)
  const { hint } = error
  const detail = hint === undefined ? message : message.replace(hint, "").trimEnd()
  const finding: Finding = {
    subject: `API server ${server}`,
    result: "error",
    detail,
    ...(hint === undefined ? {} : { hint })
  }
  return { categories: [{ name: "Connection", findings: [...own, finding] }], exit }
}

const audited = (categories: ReadonlyArray<Category>): Audited => ({
  categories,
  exit: isSound(categories) ? "ok" : "failure"
})

const look = Effect.fnUntraced(function* (flags: Flags, host: Host) {
  const options = clientOptions(flags, host)
  const outlook: Outlook = {
    now: new Date(yield* Clock.currentTimeMillis),
    warnBefore: flags.warnBefore ?? month,
    kubectl: kubectl(flags)
  }
  const kubeconfig = yield* Kubeconfig.load(options)
  const own = yield* connection(kubeconfig, outlook)
  const cluster = Effect.gen(function* () {
    const before = flags.pre === true ? yield* prerequisites : []
    if (flags.pre === true) return audited([{ name: "Connection", findings: [...own, ...before] }])
    const snapshot = yield* Snapshot.read
    const answers = flags.probe === false ? Answers.none : yield* Answers.ask(snapshot)
    return audited([{ name: "Connection", findings: own }, ...audit(snapshot, answers, outlook)])
  })
  return yield* cluster.pipe(
    Effect.provide(KubernetesClient.layer(options)),
    Effect.catch((error: Failure | KubeconfigError) =>
      error._tag === "KubeconfigError"
        ? Effect.fail(error)
        : Effect.succeed(unreachable(kubeconfig.cluster.server, own, error))
    )
  )
})

const lookOf = (host: Host): CheckText.Look => ({
  paint: Paint.make(Paint.wanted(host, host.stdout)),
  columns: host.stdout.isTerminal ? Math.max(40, host.stdout.columns()) : Number.POSITIVE_INFINITY
})

const tell = (categories: ReadonlyArray<Category>, { output }: Flags, host: Host) =>
  host.stdout.write(
    output === "json"
      ? Documents.render(CheckText.toJson(categories), "json")
      : CheckText.render(categories, lookOf(host), output === "short")
  )

const tellChanges = (before: ReadonlyArray<Category>, after: ReadonlyArray<Category>, now: Date, host: Host) => {
  const { appeared, gone } = Changes.between(before, after)
  if (appeared.length + gone.length === 0) return
  const mended = gone.map(
    ({ detail, subject }): Finding => ({ subject, result: "success", detail: `no longer: ${detail}` })
  )
  const shown = [...mended, ...appeared].flatMap((one) => CheckText.lines(one, lookOf(host)))
  host.stdout.write([`${Moments.format(now)}: ${CheckText.counts(after)}`, ...shown, ""].join("\n"))
}

const tellLine = ({ categories }: Audited, host: Host) =>
  host.stdout.write(`${JSON.stringify(CheckText.toJson(categories))}\n`)

/** Looks again and again, and tells what changed, until it is interrupted or nobody reads. */
const watch = Effect.fnUntraced(function* (flags: Flags, host: Host, interval: number) {
  let before = yield* look(flags, host)
  if (flags.output === "json") tellLine(before, host)
  else tell(before.categories, flags, host)
  while (!host.stdout.isClosed()) {
    yield* Effect.sleep(interval)
    const after = yield* look(flags, host)
    if (flags.output === "json") tellLine(after, host)
    else tellChanges(before.categories, after.categories, new Date(yield* Clock.currentTimeMillis), host)
    before = after
  }
  return before.exit
})

/**
 * Audits a cluster; the exit code is 1 when something is broken.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof checkFlags> = async ({ flags, host }) => {
  let exit: ExitCode.ExitName = "ok"
  const program = Effect.gen(function* () {
    if (flags.watch !== undefined) {
      exit = yield* watch(flags, host, flags.watch)
      return
    }
    const found = yield* look(flags, host)
    exit = found.exit
    tell(found.categories, flags, host)
  })
  const code = await execute(host, flags, program)
  return code === 0 ? ExitCode.of(exit) : code
}
