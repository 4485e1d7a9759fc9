import { assert, describe, it } from "@effect/vitest"
import * as AdmissionServer from "@holdfast/operator/admission/AdmissionServer"
import * as ServingCertificate from "@holdfast/operator/admission/ServingCertificate"
import * as StagedLeaves from "@holdfast/operator/admission/StagedLeaves"
import * as WebhookCertificate from "@holdfast/operator/certificate/WebhookCertificate"
import * as RotationMaterial from "@holdfast/operator/rotation/RotationMaterial"
import * as RotationSecret from "@holdfast/operator/rotation/RotationSecret"
import type { RotationState } from "@holdfast/operator/rotation/RotationState"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import { Clock, Effect, References } from "effect"
import { entry, make as makeLab, until } from "../support/targetLab.ts"

const vwc = "ValidatingWebhookConfiguration"
const day = 86_400_000
const quietly = Effect.provideService(References.MinimumLogLevel, "None")

/** A rotation that has staged a leaf under its next authority, with a bridge from the one before, as its Secret has it. */
const staged = Effect.fnUntraced(function* (host: string) {
  const now = yield* Clock.currentTimeMillis
  const life = { notBefore: now - 3_600_000, notAfter: now + 30 * day }
  const before = yield* RotationMaterial.makeAuthority(
    { _tag: "MakeAuthority", ...life },
    { name: "hooks", material: RotationMaterial.empty }
  )
  const old = { ...RotationMaterial.empty, authorities: new Map([[before.authority.id, before.material]]) }
  const next = yield* RotationMaterial.makeAuthority(
    { _tag: "MakeAuthority", ...life, bridgedBy: before.authority },
    { name: "hooks", material: old }
  )
  const both = { ...old, authorities: new Map([...old.authorities, [next.authority.id, next.material]]) }
  const made = yield* RotationMaterial.makeLeaf(
    { _tag: "MakeLeaf", issuer: next.authority, ...life, notAfter: now + day },
    { dnsNames: [host], material: both }
  )
  const state: RotationState = {
    epoch: 7,
    phase: "PROVE",
    since: now,
    current: before.authority,
    next: next.authority,
    staged: made.leaf
  }
  const material = { ...both, leaves: new Map([[made.leaf.id, made.material]]) }
  return { before: before.material, next: next.material, leaf: made.leaf, rotation: { state, material } }
})

describe("The operator's own canary", () => {
  it.live("is refused by an API server that has the bundle of before, whatever bridges the staged leaf has", () =>
    Effect.gen(function* () {
      const server = yield* ApiServer.make()
      const lab = yield* makeLab(server)
      const { canaryService, client, createTarget, findOne, probe, provided, publish, service, unique } = lab
      const { before, leaf, next, rotation } = yield* staged(`${canaryService.name}.${unique}.svc`)
      assert.strictEqual(leaf.bridges.length, 1)
      const secret = RotationSecret.encode(rotation, { name: "state", namespace: unique })
      const labels = { ...secret.metadata.labels, [WebhookCertificate.canaryLabel]: canaryService.name }
      yield* client.create({ ...secret, metadata: { ...secret.metadata, labels } })

      const admission = yield* provided(
        Effect.gen(function* () {
          return yield* AdmissionServer.make({
            certificate: yield* ServingCertificate.fromSecret({ name: "none", namespace: unique }),
            canaries: yield* StagedLeaves.make({ namespace: unique }),
            handlers: {},
            port: 0,
            host: "127.0.0.1"
          })
        })
      )
      yield* server.route(canaryService, { host: "127.0.0.1", port: admission.port })

      yield* createTarget(vwc, { webhooks: [entry("a.example.com", { service })] })
      const spec = { kind: vwc, name: unique }
      const ask = Effect.flatMap(findOne(spec), (target) => probe([target], { leaf: leaf.id }))
      yield* publish(yield* findOne(spec), 6, before)
      const [stale] = yield* until(ask, ([answer]) => answer?.trusted !== undefined)
      assert.include(stale?.why, "certificate signed by unknown authority")
      yield* publish(yield* findOne(spec), 7, before, next)
      const [proven] = yield* until(ask, ([answer]) => answer?.trusted === true)
      assert.strictEqual(proven?.epoch, 7)
    }).pipe(Effect.scoped, quietly)
  )
})
