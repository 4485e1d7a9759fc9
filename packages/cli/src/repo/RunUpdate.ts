/**
 * The work of `holdfast repo update`.
 *
 * @since 0.1.0
 */

import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { format } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import { clientOptions } from "../Connection.ts"
import type { Run } from "../commandline/Command.ts"
import type { repoUpdateFlags } from "../commands/repo/Update.ts"
import { execute } from "../Execute.ts"
import { needsOperator } from "../NeedsOperator.ts"
import { CommandError } from "../output/CommandError.ts"
import { tell } from "../output/Progress.ts"
import * as Patience from "../Patience.ts"
import * as DefaultRepository from "./DefaultRepository.ts"
import { finish } from "./Finish.ts"
import * as Login from "./Login.ts"
import * as LoginSecret from "./LoginSecret.ts"
import { checkAddress, nameOperand } from "./Operands.ts"
import * as PackageRepository from "./PackageRepository.ts"

const command = "repo update"

/** Whether nothing refers any longer to the Secret that was made for the repository. */
const isAbandoned = (login: Login.Login, repository: string): boolean =>
  login._tag === "None" || (login._tag === "Existing" && login.secret !== Login.secretNameOf(repository))

/**
 * Changes a repository. Everything is tried in a dry run first, so that a refusal changes nothing.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof repoUpdateFlags> = ({ flags, host, arguments: operands }) => {
  const program = Effect.gen(function* () {
    const name = yield* nameOperand(command, operands)
    if (flags.url !== undefined) yield* checkAddress(command, flags.url)
    const login = yield* Login.read(flags, host)
    if (flags.url === undefined && flags.default === undefined && login._tag === "Unchanged") {
      return yield* new CommandError({
        exit: "usage",
        detail: "nothing to change: give --url, --default or a login",
        hint: `See "holdfast ${command} --help".`
      })
    }
    const ref = { ...PackageRepository.kind, name }
    const subject = format(ref)
    const body = {
      metadata: {
        annotations:
          flags.default === undefined
            ? undefined
            : { [PackageRepository.defaultAnnotation]: flags.default ? "true" : null }
      },
      spec: { url: flags.url, auth: login._tag === "Unchanged" ? undefined : Login.authPatchOf(login, name) }
    }

    const work = Effect.gen(function* () {
      const client = yield* KubernetesClient
      const patience = yield* Patience.make(flags, host)
      const change = (dryRun: boolean) => patience.run(subject, client.patch(ref, { type: "merge", body, dryRun }))
      const before = yield* needsOperator("PackageRepository", client.get(ref))
      yield* change(true)
      const others = flags.default === true ? yield* DefaultRepository.others(name) : []
      yield* Effect.forEach(others, (each) => patience.run(subject, DefaultRepository.unset(each, { dryRun: true })))

      if (login._tag === "Existing" || login._tag === "Given") {
        const namespace = yield* LoginSecret.operatorNamespace(flags.secretNamespace)
        const owner = { uid: before.metadata.uid ?? "" }
        yield* login._tag === "Existing"
          ? LoginSecret.check(login, namespace)
          : patience.run(subject, client.apply(LoginSecret.make(login, namespace, before, owner)))
      }
      const after = yield* change(false)
      yield* Effect.forEach(others, (each) => patience.run(subject, DefaultRepository.unset(each, { dryRun: false })))
      if (isAbandoned(login, name)) {
        // Where it stays all the same, it goes with the repository that owns it.
        yield* Effect.ignore(
          Effect.flatMap(LoginSecret.operatorNamespace(flags.secretNamespace), (namespace) =>
            LoginSecret.remove(before, namespace)
          )
        )
      }

      const isNewSpec = after.metadata.generation !== before.metadata.generation
      if (!isNewSpec && login._tag === "Given") {
        yield* tell({ type: "Note", text: "the operator takes the new login at its next look, within minutes" })
      }
      const isUnchanged = after.metadata.resourceVersion === before.metadata.resourceVersion && login._tag !== "Given"
      const result = isUnchanged ? "unchanged" : "configured"
      yield* finish(after, { result, flags, host, patience, wait: isNewSpec })
    })
    yield* Effect.provide(work, KubernetesClient.layer(clientOptions(flags, host)))
  })
  return execute(host, flags, program)
}
