/** Does in the cluster what the engine has decided. */
import type * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import * as Effect from "effect/Effect"
import type { RotationEnvironment } from "../../certificate/RotationEnvironment.ts"
import { dnsNamesOf, type RotationSight } from "../../certificate/RotationSight.ts"
import type { WebhookCertificate } from "../../certificate/WebhookCertificate.ts"
import * as RotationMaterial from "../../rotation/RotationMaterial.ts"
import type { Outcome } from "../../rotation/RotationMemory.ts"
import type { RotationState, Trusted } from "../../rotation/RotationState.ts"
import * as RotationStore from "../../rotation/RotationStore.ts"
import type { Action, Wait } from "../../rotation/RotationView.ts"
import type { PodNudge } from "../../serving/PodNudge.ts"
import * as ServingSecret from "../../serving/ServingSecret.ts"
import type { FoundTarget } from "../../target/Target.ts"

export interface Hands {
  readonly environment: RotationEnvironment
  readonly nudge: PodNudge
  readonly location: RotationStore.Location
  /** All that is at hand, persisted or not. */
  readonly material: RotationMaterial.RotationMaterial
}

export interface Done {
  readonly outcome: Outcome
  /** What was made, and is not persisted yet. */
  readonly made: RotationMaterial.RotationMaterial
}

const done: Done = { outcome: { conflict: false }, made: RotationMaterial.empty }
const written = (result: string): Done => (result === "conflict" ? { ...done, outcome: { conflict: true } } : done)

export const perform = Effect.fnUntraced(function* (
  action: Exclude<Action, Wait>,
  webhook: WebhookCertificate,
  sight: RotationSight,
  { environment, location, material, nudge }: Hands
) {
  const { namespace, spec } = webhook
  const algorithm = spec.keyAlgorithm
  const found = (name: string) => sight.targets.found.find((each) => each.name === name) as FoundTarget
  switch (action._tag) {
    case "MakeAuthority": {
      const name = `${webhook.name.slice(0, 40)} CA`
      const options = { name, material, algorithm, brought: sight.brought }
      const { authority, material: made } = yield* RotationMaterial.makeAuthority(action, options)
      return {
        outcome: { conflict: false, authority },
        made: { ...RotationMaterial.empty, authorities: new Map([[authority.id, made]]) }
      } satisfies Done
    }
    case "MakeLeaf": {
      const dnsNames = dnsNamesOf(webhook, location.namespace)
      const { leaf, material: made } = yield* RotationMaterial.makeLeaf(action, { dnsNames, material, algorithm })
      return {
        outcome: { conflict: false, leaf },
        made: { ...RotationMaterial.empty, leaves: new Map([[leaf.id, made]]) }
      } satisfies Done
    }
    case "Persist": {
      const persisted = withBrought(withAdopted(material, action.state, sight), sight)
      return written(yield* RotationStore.write(location, { state: action.state, material: persisted }, sight.stored))
    }
    case "Publish": {
      const target = found(action.target.name)
      const bundle = yield* bundleOf(action.bundle, material, target.bundle)
      return written(yield* environment.publish(webhook, target, { bundle, epoch: action.epoch }))
    }
    case "Touch":
      return written(yield* environment.touch(webhook, found(action.target.name)))
    case "Serve": {
      const leaf = action.leaf && material.leaves.get(action.leaf.id)
      if (action.leaf !== undefined && leaf === undefined) {
        return yield* new RotationMaterial.MissingMaterial({ what: "leaf", id: action.leaf.id })
      }
      const content: ServingSecret.Content = {
        bundle: yield* bundleOf(action.bundle, material, sight.serving?.certificates),
        epoch: action.epoch,
        ...(leaf !== undefined && { leaf }),
        ...(action.staged !== undefined && { staged: action.staged.id })
      }
      return written(yield* ServingSecret.write({ namespace, name: spec.secretName }, content, sight.serving))
    }
    case "Probe": {
      const pairs = action.pairs.map(({ apiServer, target }) => ({ apiServer, target: found(target) }))
      const answers = yield* environment.probe(webhook, pairs, sight.seen.state?.staged?.id ?? "")
      return { ...done, outcome: { conflict: false, answers } } satisfies Done
    }
    case "Nudge": {
      yield* nudge.nudge({ namespace, name: action.pod })
      return done
    }
  }
})

/** The certificates of a bundle; one that nobody has would be published as less than what was decided. */
const bundleOf = (
  wanted: ReadonlyArray<Trusted>,
  material: RotationMaterial.RotationMaterial,
  live: CertificateBundle.CertificateBundle | undefined
) => {
  const bundle = RotationMaterial.bundleOf(wanted, material, live)
  const missing = wanted.find(({ id }) => !bundle.certificates.some(({ spkiSha256 }) => spkiSha256 === id))
  return missing === undefined
    ? Effect.succeed(bundle)
    : Effect.fail(new RotationMaterial.MissingMaterial({ what: "authority", id: missing.id }))
}

/** Adopted authorities are taken from where they were found: live bundles, and the Secret that pods read. */
const withAdopted = (
  material: RotationMaterial.RotationMaterial,
  { adopted = [] }: RotationState,
  { serving, targets }: RotationSight
): RotationMaterial.RotationMaterial => {
  const seen = [
    ...targets.found.flatMap(({ bundle }) => bundle.certificates),
    ...(serving?.certificates.certificates ?? [])
  ]
  const wanted = new Set(adopted.map(({ id }) => id))
  const found = seen.filter(({ spkiSha256 }) => wanted.has(spkiSha256))
  return {
    ...material,
    adopted: new Map([...found.map((each) => [each.spkiSha256, each] as const), ...material.adopted])
  }
}

/** An authority that was prolonged by its owner goes on with its new certificate. */
const withBrought = (
  material: RotationMaterial.RotationMaterial,
  { brought }: RotationSight
): RotationMaterial.RotationMaterial => {
  const before = brought && material.authorities.get(brought.certificate.spkiSha256)
  return before === undefined
    ? material
    : {
        ...material,
        authorities: new Map(material.authorities).set(before.certificate.spkiSha256, { ...before, ...brought })
      }
}
