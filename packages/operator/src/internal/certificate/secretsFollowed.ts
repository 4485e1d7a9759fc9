import type { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { WebhookCertificate } from "../../certificate/WebhookCertificate.ts"
import * as Cache from "../../runtime/Cache.ts"
import type { Request } from "../../runtime/Source.ts"

/**
 * Watches the Secrets that WebhookCertificates name, one by one: nobody has to be allowed to watch all Secrets of a
 * namespace.
 */
export const make = Effect.fnUntraced(function* (changed: (request: Request) => Effect.Effect<void>) {
  const outer = yield* Scope.Scope
  const client = yield* Effect.context<KubernetesClient>()
  const followed = new Map<string, { readonly names: string; readonly scope: Scope.Closeable }>()
  const forget = (id: string) =>
    Effect.suspend(() => {
      const scope = followed.get(id)?.scope
      followed.delete(id)
      return scope === undefined ? Effect.void : Scope.close(scope, Exit.void)
    })
  return {
    forget,
    follow: Effect.fnUntraced(function* ({ id, name, namespace, spec }: WebhookCertificate) {
      const secrets = [spec.secretName, spec.authority.secretName].filter((each) => each !== undefined)
      const names = secrets.join(" ")
      if (followed.get(id)?.names === names) return
      yield* forget(id)
      const scope = yield* Scope.fork(outer)
      followed.set(id, { names, scope })
      for (const secret of secrets) {
        yield* Cache.make({
          apiVersion: "v1",
          kind: "Secret",
          namespace,
          name: secret,
          strip: (object) => {
            delete object["data"]
          }
        }).pipe(
          Effect.flatMap((cache) =>
            cache.onChange(({ _tag }) => (_tag === "Added" ? Effect.void : changed({ name, namespace })))
          ),
          Scope.provide(scope),
          Effect.provide(client)
        )
      }
    })
  }
})
