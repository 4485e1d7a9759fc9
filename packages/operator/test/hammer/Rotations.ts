/** What the state Secrets of the operator tell of its rotations, as it happens. */
import type * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import type { Phase, RotationState } from "@holdfast/operator/rotation/RotationState"
import { Effect, type Scope, Stream } from "effect"

export const operatorNamespace = "holdfast-system"

export interface Rotations {
  /** The state by the WebhookCertificate's `NAMESPACE/NAME`. */
  readonly state: (name: string) => RotationState | undefined
  /** Rotations of an authority that are over. */
  readonly authorities: () => number
  /** Leaves that took the place of another of the same authority. */
  readonly leaves: () => number
  /** Epochs that were smaller than one seen before. */
  readonly fallen: () => number
  /** Has every entry into a phase told from here on. */
  readonly onPhase: (handler: (name: string, phase: Phase) => void) => void
}

/** Follows them until the scope ends. */
export const follow = (
  client: KubernetesClient.Shape
): Effect.Effect<Rotations, KubernetesClient.ClientError, Scope.Scope> =>
  Effect.gen(function* () {
    const states = new Map<string, RotationState>()
    const handlers: Array<(name: string, phase: Phase) => void> = []
    const counts = { authorities: 0, leaves: 0, fallen: 0 }
    const take = (secret: KubernetesObject) => {
      const [, namespace, name] = /^([^.]+)\.(.+)\.pki$/.exec(secret.metadata.name ?? "") ?? []
      const state = stateOf(secret)
      if (namespace === undefined || state === undefined) return
      const key = `${namespace}/${name}`
      const before = states.get(key)
      states.set(key, state)
      if (before !== undefined) {
        if (before.phase === "RETIRE" && state.phase === "STABLE") counts.authorities += 1
        if (before.leaf?.issuer === state.leaf?.issuer && before.leaf?.id !== state.leaf?.id) counts.leaves += 1
        if (before.epoch > state.epoch) counts.fallen += 1
      }
      if (before?.phase !== state.phase) for (const handler of handlers) handler(key, state.phase)
    }
    const events = client.watch({ apiVersion: "v1", kind: "Secret", namespace: operatorNamespace })
    const following = Stream.runForEach(events, (event) =>
      Effect.sync(() => {
        if (event._tag === "Added" || event._tag === "Modified") take(event.object)
      })
    )
    yield* Effect.forkScoped(Effect.ignore(following))
    return {
      state: (name) => states.get(name),
      authorities: () => counts.authorities,
      leaves: () => counts.leaves,
      fallen: () => counts.fallen,
      onPhase: (handler) => void handlers.push(handler)
    }
  })

/** The state in a Secret; `undefined` where there is none that can be read. */
export const stateOf = (secret: KubernetesObject): RotationState | undefined => {
  try {
    const { data } = secret as KubernetesObject & { readonly data?: Readonly<Record<string, string>> }
    return JSON.parse(Buffer.from(data?.["state.json"] ?? "", "base64").toString("utf8"))
  } catch {
    return undefined
  }
}
