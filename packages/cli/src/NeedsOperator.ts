/**
 * Kinds that are served only where an operator is installed.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { CommandError } from "./output/CommandError.ts"

const has = { PackageRepository: "package repositories", WebhookCertificate: "rotations" } as const

/**
 * Tells plainly that a kind is missing because no operator is there.
 *
 * @category errors
 * @since 0.1.0
 */
export const needsOperator = <A, E extends { readonly _tag: string }, R>(
  kind: keyof typeof has,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E | CommandError, R> =>
  Effect.mapError(effect, (error): E | CommandError =>
    error._tag === "UnknownKind"
      ? new CommandError({
          exit: "badInput",
          detail: `this cluster has no ${has[kind]}: it serves no kind ${kind}`,
          hint: 'Install the operator with "holdfast bootstrap" first.',
          cause: error
        })
      : error
  )
