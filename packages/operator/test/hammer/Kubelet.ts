/**
 * The part of a kubelet that rotations depend on: a Secret as files of a pod, which are late. Each version arrives after
 * the lag, unless the pod is changed meanwhile: then the kubelet looks at once.
 */
import { mkdir, mkdtemp, rename, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Nudge from "@holdfast/k8s-adapter/Nudge"
import { Clock, Effect, type Scope, Stream } from "effect"

/** Who brought a version to the pod: its start, the kubelet in its own time, or a change of the pod. */
export type Reason = "start" | "kubelet" | "nudge"

export interface MountOptions {
  readonly secret: { readonly namespace: string; readonly name: string }
  /** Of the one pod that has the mount. */
  readonly podLabels: Readonly<Record<string, string>>
  readonly folder: string
  /** In milliseconds. */
  readonly lag: number
}

/** As measured: an annotation within half a second after the Secret's change is too early, and a later one takes 1.5 s. */
const deaf = 500
const nudged = 1500

/** Keeps the files until the scope ends; tells for which reasons they were written so far. */
export const mount = (
  client: KubernetesClient.Shape,
  { folder, lag, podLabels, secret }: MountOptions
): Effect.Effect<() => ReadonlyArray<Reason>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const reasons: Array<Reason> = []
    let versions = 0
    let written = 0
    let latest: { readonly object: KubernetesObject; readonly number: number; readonly at: number } | undefined
    let annotated: string | undefined

    const write = ({ number, object }: NonNullable<typeof latest>, reason: Reason) =>
      Effect.promise(async () => {
        // A nudge may have brought a newer one meanwhile.
        if (number <= written) return
        written = number
        reasons.push(reason)
        await place(folder, (object["data"] ?? {}) as Readonly<Record<string, string>>)
      })

    const secrets = Stream.runForEach(client.watch({ apiVersion: "v1", kind: "Secret", ...secret }), (event) =>
      Effect.gen(function* () {
        if (event._tag !== "Added" && event._tag !== "Modified") return
        versions += 1
        const version = { object: event.object, number: versions, at: yield* Clock.currentTimeMillis }
        latest = version
        if (written === 0) yield* write(version, "start")
        else yield* Effect.forkScoped(Effect.delay(write(version, "kubelet"), lag))
      })
    )
    const labelSelector = Object.entries(podLabels)
      .map(([name, value]) => `${name}=${value}`)
      .join(",")
    const pods = Stream.runForEach(
      client.watch({ apiVersion: "v1", kind: "Pod", namespace: secret.namespace, labelSelector }),
      (event) =>
        Effect.gen(function* () {
          if (event._tag !== "Added" && event._tag !== "Modified") return
          const now = event.object.metadata.annotations?.[Nudge.annotation]
          const isNews = now !== annotated
          annotated = now
          if (!isNews || latest === undefined || (yield* Clock.currentTimeMillis) - latest.at < deaf) return
          yield* Effect.forkScoped(Effect.delay(write(latest, "nudge"), nudged))
        })
    )
    yield* Effect.forkScoped(Effect.orDie(secrets))
    yield* Effect.forkScoped(Effect.orDie(pods))
    return () => [...reasons]
  })

/** All files change at once, as a kubelet has them: they are links through `..data`, and that is what is replaced. */
const place = async (folder: string, data: Readonly<Record<string, string>>) => {
  await mkdir(folder, { recursive: true })
  const version = await mkdtemp(join(folder, "..version-"))
  for (const [name, content] of Object.entries(data)) {
    await writeFile(join(version, name), Buffer.from(content, "base64"))
    await symlink(join("..data", name), join(folder, name)).catch(() => {})
  }
  await symlink(version, join(folder, "..next"))
  await rename(join(folder, "..next"), join(folder, "..data"))
}
