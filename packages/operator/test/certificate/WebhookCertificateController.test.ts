import { assert, describe, it } from "@effect/vitest"
import * as Certificate from "@holdfast/certificates/Certificate"
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as WebhookCertificate from "@holdfast/operator/certificate/WebhookCertificate"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import { Clock, type Duration, Effect, Result } from "effect"
import { type Lab, make, shop, system } from "../support/certificateLab.ts"
import { quietly } from "../support/quietly.ts"
import * as virtualTime from "../support/virtualTime.ts"

/** A lab in virtual time on three API servers, whose webhook has to answer at every step. */
const makeLab = Effect.gen(function* () {
  yield* virtualTime.start
  const server = yield* ApiServer.make({ clock: yield* Clock.Clock, instances: 3 })
  const lab = yield* make(server, { addresses: server.instances.map(({ url }) => new URL(url).host) })
  const pass = virtualTime.passing(server)
  const failures: Array<string> = []
  let asked = 0
  const ask = Effect.map(lab.ask(), (failure) => {
    asked++
    if (failure !== undefined) failures.push(failure)
  })
  return {
    ...lab,
    server,
    pass,
    /** Lets time pass under load. */
    passUnderLoad: (time: Duration.Input) => pass(time, { each: ask }),
    noFailures: () => {
      assert.deepStrictEqual(failures, [])
      assert.isAbove(asked, 10)
    }
  }
})

const data = (secret: KubernetesObject, key: string) =>
  Buffer.from((secret["data"] as Record<string, string>)[key] ?? "", "base64").toString("utf8")
const secret = (lab: Lab, name: string, namespace = shop) =>
  lab.client.get({ apiVersion: "v1", kind: "Secret", name, namespace })
const stateSecret = (lab: Lab) => secret(lab, "shop.hook.pki", system)
const leafOf = (object: KubernetesObject) => Result.getOrThrow(Certificate.parse(data(object, "tls.crt")))
/** What an entry of the configuration trusts. */
const trusted = (lab: Lab, entry = 0) =>
  Effect.map(lab.configuration, ({ webhooks }) =>
    Result.getOrThrow(
      CertificateBundle.parse(Buffer.from(webhooks[entry]?.clientConfig.caBundle ?? "", "base64").toString("utf8"))
    ).certificates.map(({ spkiSha256 }) => spkiSha256)
  )
const condition = (lab: Lab, type: string) =>
  Effect.map(lab.status, ({ conditions = [] }) => {
    const found = conditions.find((each) => each.type === type)
    return found && `${found.status} ${found.reason}: ${found.message}`
  })
const phase = (lab: Lab) => Effect.map(lab.status, (status) => status.phase)

describe("a WebhookCertificate", () => {
  it.effect("is served and trusted a few seconds after it was created, where nothing was before", () =>
    Effect.gen(function* () {
      const lab = yield* makeLab
      yield* lab.lead()
      assert.include(yield* lab.ask(), "failed calling webhook")
      yield* lab.create()
      yield* lab.pass("6 seconds")
      assert.isUndefined(yield* lab.ask())
      assert.match((yield* condition(lab, "Ready")) ?? "", /^True InSync: 2 pods and 1 target agree/)
      assert.match((yield* condition(lab, "Rotating")) ?? "", /^False Stable/)
      const { apiServersProven, observedGeneration, targetsInSync } = yield* lab.status
      assert.deepStrictEqual([apiServersProven, observedGeneration, targetsInSync], ["3/3", 1, "1/1"])

      const serving = yield* secret(lab, "hook-tls")
      assert.deepStrictEqual(Object.keys(serving["data"] as object).sort(), ["ca.crt", "tls.crt", "tls.key"])
      assert.includeMembers([...leafOf(serving).dnsNames], ["hook.shop.svc", "hook.shop.svc.cluster.local"])
      const { metadata } = yield* stateSecret(lab)
      assert.strictEqual(metadata.labels?.["app.kubernetes.io/managed-by"], "holdfast")
    }).pipe(quietly)
  )

  it.effect("rotates its CA when that is asked for, and no request fails", () =>
    Effect.gen(function* () {
      const lab = yield* makeLab
      yield* lab.lead()
      yield* lab.create()
      yield* lab.pass("6 seconds")
      const [before, old] = [yield* trusted(lab), leafOf(yield* secret(lab, "hook-tls"))]
      yield* lab.annotate(WebhookCertificate.rotateAnnotation, "please")
      yield* lab.passUnderLoad("4 seconds")
      assert.strictEqual(yield* phase(lab), "DRAIN")
      assert.match((yield* condition(lab, "Rotating")) ?? "", /^True Drain: .* as it was asked for/)
      assert.includeMembers([...(yield* trusted(lab))], [...before])
      yield* lab.passUnderLoad("100 seconds")
      assert.strictEqual(yield* phase(lab), "STABLE")
      lab.noFailures()

      const leaf = leafOf(yield* secret(lab, "hook-tls"))
      assert.notStrictEqual(leaf.issuer, old.issuer)
      const after = yield* trusted(lab)
      assert.strictEqual(after.filter((id) => before.includes(id)).length, 1, "the next one of before serves now")
      assert.deepStrictEqual(yield* trusted(lab, 1), after, "the canary trusts the same")
      assert.strictEqual((yield* lab.status).observedRotate, "please")
      const events = (yield* lab.events).join("\n")
      assert.include(events, "RotationStarted: a new CA is to take over: it was asked for")
      assert.include(events, "AuthorityServes: 3 API servers trust it")
      assert.include(events, "RotationCompleted")
    }).pipe(quietly)
  )

  it.effect("renews its leaf in time, and no bundle is touched", () =>
    Effect.gen(function* () {
      const lab = yield* makeLab
      yield* lab.lead()
      yield* lab.create({ leaf: { validity: "10m" } })
      yield* lab.pass("6 seconds")
      const [before, old] = [yield* lab.configuration, leafOf(yield* secret(lab, "hook-tls"))]
      yield* lab.pass("6 minutes", { step: "15 seconds" })
      assert.strictEqual(leafOf(yield* secret(lab, "hook-tls")).serialNumber, old.serialNumber)
      yield* lab.passUnderLoad("60 seconds")
      const leaf = leafOf(yield* secret(lab, "hook-tls"))
      assert.notStrictEqual(leaf.serialNumber, old.serialNumber)
      assert.strictEqual(leaf.issuer, old.issuer)
      assert.strictEqual((yield* lab.configuration).metadata.resourceVersion, before.metadata.resourceVersion)
      assert.strictEqual(yield* phase(lab), "STABLE")
      lab.noFailures()
    }).pipe(quietly)
  )
})
