/**
 * The work of `holdfast repo add`.
 *
 * @since 0.1.0
 */

import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { format, type KubernetesObject, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import { clientOptions } from "../Connection.ts"
import type { Run } from "../commandline/Command.ts"
import type { repoAddFlags } from "../commands/repo/Add.ts"
import { execute } from "../Execute.ts"
import { needsOperator } from "../NeedsOperator.ts"
import { CommandError } from "../output/CommandError.ts"
import * as Patience from "../Patience.ts"
import * as DefaultRepository from "./DefaultRepository.ts"
import { finish } from "./Finish.ts"
import * as Login from "./Login.ts"
import * as LoginSecret from "./LoginSecret.ts"
import { checkAddress, nameOperand } from "./Operands.ts"
import * as PackageRepository from "./PackageRepository.ts"

const command = "repo add"

const exists = (name: string) =>
  new CommandError({
    exit: "failure",
    detail: `there is a package repository ${JSON.stringify(name)} already`,
    hint: `Change it with "holdfast repo update ${name}".`
  })

/**
 * Adds a repository. Everything is tried in a dry run first, so that a refusal leaves nothing behind.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof repoAddFlags> = ({ flags, host, arguments: [name = "", url] }) => {
  const program = Effect.gen(function* () {
    yield* nameOperand(command, [name])
    if (url === undefined) {
      return yield* new CommandError({
        exit: "usage",
        detail: `${command} needs the address of ${JSON.stringify(name)}`,
        hint: `See "holdfast ${command} --help".`
      })
    }
    yield* checkAddress(command, url)
    const login = yield* Login.read(flags, host)
    const auth = login._tag === "Existing" || login._tag === "Given" ? { auth: Login.authOf(login, name) } : {}
    const annotations = flags.default === true ? { annotations: { [PackageRepository.defaultAnnotation]: "true" } } : {}
    const wanted: KubernetesObject = {
      ...PackageRepository.kind,
      metadata: { name, ...annotations },
      spec: { url, ...auth }
    }
    const subject = format(toRef(wanted))

    const work = Effect.gen(function* () {
      const client = yield* KubernetesClient
      const patience = yield* Patience.make(flags, host)
      yield* needsOperator("PackageRepository", patience.run(subject, client.create(wanted, { dryRun: true }))).pipe(
        Effect.catchTag("AlreadyExists", () => Effect.fail(exists(name)))
      )
      const before = flags.default === true ? yield* DefaultRepository.others(name) : []
      yield* Effect.forEach(before, (each) => patience.run(subject, DefaultRepository.unset(each, { dryRun: true })))

      const create = patience.run(subject, client.create(wanted))
      const made = yield* login._tag === "Given"
        ? Effect.gen(function* () {
            const namespace = yield* LoginSecret.operatorNamespace(flags.secretNamespace)
            const apply = (owner: { readonly uid: string } | undefined) =>
              patience.run(subject, client.apply(LoginSecret.make(login, namespace, wanted, owner)))
            // Before the repository, since the operator looks for it at once.
            yield* apply(undefined)
            const repository = yield* create.pipe(
              Effect.onError(() => Effect.ignore(LoginSecret.remove(wanted, namespace)))
            )
            yield* apply({ uid: repository.metadata.uid ?? "" })
            return repository
          })
        : login._tag === "Existing"
          ? Effect.andThen(
              Effect.flatMap(LoginSecret.operatorNamespace(flags.secretNamespace), (namespace) =>
                LoginSecret.check(login, namespace)
              ),
              create
            )
          : create
      yield* Effect.forEach(before, (each) => patience.run(subject, DefaultRepository.unset(each, { dryRun: false })))
      yield* finish(made, { result: "created", flags, host, patience, wait: true })
    })
    yield* Effect.provide(work, KubernetesClient.layer(clientOptions(flags, host)))
  })
  return execute(host, flags, program)
}
