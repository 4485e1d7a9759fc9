import { assert, describe, it } from "@effect/vitest"
import type { RotationEnvironment } from "@holdfast/operator/certificate/RotationEnvironment"
import * as RotationSight from "@holdfast/operator/certificate/RotationSight"
import * as WebhookCertificate from "@holdfast/operator/certificate/WebhookCertificate"
import * as RotationMaterial from "@holdfast/operator/rotation/RotationMaterial"
import * as RotationStore from "@holdfast/operator/rotation/RotationStore"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import { Effect, Result } from "effect"
import { make, system } from "../support/certificateLab.ts"

const empty = Effect.succeed({ found: [], missing: [] })
const environment: RotationEnvironment = {
  targets: () => empty,
  managers: () => Effect.succeed([]),
  publish: () => Effect.die("nothing is published"),
  touch: () => Effect.die("nothing is touched"),
  release: () => Effect.void,
  apiServers: Effect.succeed({ apiServers: [], reach: "all", skew: 0 }),
  probe: () => Effect.die("nothing is proven")
}

describe("what a leader sees of requests, when its cache is behind", () => {
  /** A leader whose cache still shows the request `one`, beside a state in which `two` was taken up. */
  const behind = Effect.gen(function* () {
    const lab = yield* make(yield* ApiServer.make())
    yield* lab.create()
    yield* lab.annotate(WebhookCertificate.rotateAnnotation, "one")
    const [stale] = (yield* lab.client.list(WebhookCertificate.kind)).items
    assert.isDefined(stale)
    yield* lab.annotate(WebhookCertificate.rotateAnnotation, "two")
    const webhook = Result.getOrThrow(WebhookCertificate.decode(stale))
    const location = WebhookCertificate.stateSecret(webhook, system)
    const state = { epoch: 1, phase: "STABLE", since: 0, request: JSON.stringify(["two", null]) } as const
    yield* lab.provided(RotationStore.write(location, { state, material: RotationMaterial.empty }, undefined))
    const request = lab
      .provided(RotationSight.look(webhook, { environment, known: RotationMaterial.empty, location }))
      .pipe(Effect.map(({ seen }) => seen.request))
    return { lab, request }
  })

  it.live("one that is older than what another leader took up is none", () =>
    Effect.gen(function* () {
      const { request } = yield* behind
      assert.isUndefined(yield* request)
    })
  )

  it.live("one that is newer than both is seen", () =>
    Effect.gen(function* () {
      const { lab, request } = yield* behind
      yield* lab.annotate(WebhookCertificate.rotateAnnotation, "three")
      assert.deepStrictEqual(yield* request, { id: JSON.stringify(["three", null]), cause: "forced" })
    })
  )

  it.live("one of an object that is gone is none", () =>
    Effect.gen(function* () {
      const { lab, request } = yield* behind
      yield* lab.remove
      assert.isUndefined(yield* request)
    })
  )
})
