import { assert, describe, it } from "@effect/vitest"
import * as Certificate from "@holdfast/certificates/Certificate"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as WebhookCertificate from "@holdfast/operator/certificate/WebhookCertificate"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import { Clock, type Duration, Effect, Metric, Option, Redacted, Result } from "effect"
import { base64, type Lab, make, shop, system } from "../support/certificateLab.ts"
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
  /** Lets time pass until something holds; in step with it, for a busy machine gets less done in a second of it. */
  const until = <E>(holds: Effect.Effect<boolean, E>, each: Effect.Effect<void> = Effect.void) =>
    Effect.gen(function* () {
      for (let steps = 0; steps < 1_200; steps++) {
        if (yield* holds) return
        yield* pass("500 millis", { each })
      }
      assert.fail(`it does not come: ${JSON.stringify(yield* lab.status)}`)
    })
  const isPhase = (wanted: string) => Effect.map(lab.status, ({ phase }) => phase === wanted)
  const isReady = Effect.map(
    lab.status,
    ({ conditions = [], phase }) =>
      phase === "STABLE" && conditions.some(({ status, type }) => type === "Ready" && status === "True")
  )
  return {
    ...lab,
    pass,
    until,
    ready: until(isReady),
    /** Lets time pass under load. */
    passUnderLoad: (time: Duration.Input) => pass(time, { each: ask }),
    /** Lets time pass under load until the rotation is in a phase. */
    phaseUnderLoad: (wanted: string) => until(isPhase(wanted), ask),
    untilUnderLoad: <E>(holds: Effect.Effect<boolean, E>) => until(holds, ask),
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
const is = <E>(found: Effect.Effect<string | undefined, E>, pattern = /./) =>
  Effect.map(found, (text) => pattern.test(text ?? ""))
const isGone = <E, R>(found: Effect.Effect<unknown, E, R>) => Effect.map(Effect.option(found), Option.isNone)
const phase = (lab: Lab) => Effect.map(lab.status, (status) => status.phase)

describe("a WebhookCertificate", () => {
  it.effect("is served and trusted a few seconds after it was created, where nothing was before", () =>
    Effect.gen(function* () {
      const lab = yield* makeLab
      yield* lab.lead()
      assert.include(yield* lab.ask(), "failed calling webhook")
      yield* lab.create()
      yield* lab.ready
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
      yield* lab.ready
      const [before, old] = [yield* trusted(lab), leafOf(yield* secret(lab, "hook-tls"))]
      yield* lab.annotate(WebhookCertificate.rotateAnnotation, "please")
      yield* lab.phaseUnderLoad("DRAIN")
      assert.strictEqual(yield* phase(lab), "DRAIN")
      assert.match((yield* condition(lab, "Rotating")) ?? "", /^True Drain: .* as it was asked for/)
      assert.includeMembers([...(yield* trusted(lab))], [...before])
      yield* lab.phaseUnderLoad("STABLE")
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
      yield* lab.ready
      const [before, old] = [yield* lab.configuration, leafOf(yield* secret(lab, "hook-tls"))]
      yield* lab.pass("6 minutes", { step: "15 seconds" })
      assert.strictEqual(leafOf(yield* secret(lab, "hook-tls")).serialNumber, old.serialNumber)
      yield* lab.untilUnderLoad(
        Effect.map(secret(lab, "hook-tls"), (now) => leafOf(now).serialNumber !== old.serialNumber)
      )
      yield* lab.passUnderLoad("6 seconds")
      yield* lab.phaseUnderLoad("STABLE")
      const leaf = leafOf(yield* secret(lab, "hook-tls"))
      assert.notStrictEqual(leaf.serialNumber, old.serialNumber)
      assert.strictEqual(leaf.issuer, old.issuer)
      assert.strictEqual((yield* lab.configuration).metadata.resourceVersion, before.metadata.resourceVersion)
      assert.strictEqual(yield* phase(lab), "STABLE")
      lab.noFailures()
    }).pipe(quietly)
  )

  it.effect("changes its CA when that is due, in time and on its own", () =>
    Effect.gen(function* () {
      const lab = yield* makeLab
      yield* lab.lead()
      yield* lab.create({ authority: { validity: "6h", renewBefore: "5h40m" }, leaf: { validity: "2h" } })
      yield* lab.ready
      const old = leafOf(yield* secret(lab, "hook-tls"))
      yield* lab.pass("19 minutes", { step: "15 seconds" })
      assert.strictEqual(leafOf(yield* secret(lab, "hook-tls")).issuer, old.issuer)
      yield* lab.untilUnderLoad(
        Effect.map(secret(lab, "hook-tls"), (now) => leafOf(now).serialNumber !== old.serialNumber)
      )
      yield* lab.phaseUnderLoad("STABLE")
      assert.notStrictEqual(leafOf(yield* secret(lab, "hook-tls")).issuer, old.issuer)
      assert.include(
        (yield* lab.events).join("\n"),
        "RotationStarted: a new CA is to take over: the present one is due"
      )
      lab.noFailures()
    }).pipe(quietly)
  )

  it.effect("trusts a key that others know no longer than its pods need it, and builds no bridge from it", () =>
    Effect.gen(function* () {
      const lab = yield* makeLab
      yield* lab.lead()
      yield* lab.create({ rollback: "1h" })
      yield* lab.ready
      const [known] = (yield* lab.status).certificates?.filter(({ role }) => role === "current") ?? []
      yield* lab.annotate(WebhookCertificate.compromisedAnnotation, "2026-11-24")
      yield* lab.untilUnderLoad(
        Effect.map(lab.status, (now) => now.phase === "STABLE" && now.observedCompromised !== undefined)
      )
      assert.strictEqual(yield* phase(lab), "STABLE")
      const { certificates = [], observedCompromised } = yield* lab.status
      assert.notInclude(
        certificates.map(({ serialNumber }) => serialNumber),
        known?.serialNumber
      )
      assert.strictEqual(observedCompromised, "2026-11-24")
      const chain = Result.getOrThrow(Certificate.parseAll(data(yield* secret(lab, "hook-tls"), "tls.crt")))
      assert.strictEqual(chain.length, 1, "no bridge is presented")
      lab.noFailures()
    }).pipe(quietly)
  )

  it.effect("takes over from a certificate that others made, and no request fails", () =>
    Effect.gen(function* () {
      const lab = yield* makeLab
      const theirs = yield* CertificateAuthority.make({ commonName: "theirs", validity: "90 days" })
      yield* lab.serve(yield* CertificateAuthority.issue(theirs, { dnsNames: ["hook.shop.svc"], validity: "30 days" }))
      yield* lab.trust(theirs.certificate.pem)
      assert.isUndefined(yield* lab.ask())
      yield* lab.lead()
      yield* lab.create()
      yield* lab.phaseUnderLoad("DRAIN")
      assert.strictEqual(yield* phase(lab), "DRAIN")
      assert.notStrictEqual(leafOf(yield* secret(lab, "hook-tls")).issuer, theirs.certificate.subject)
      assert.include(yield* trusted(lab), theirs.certificate.spkiSha256)
      yield* lab.phaseUnderLoad("STABLE")
      assert.strictEqual(yield* phase(lab), "STABLE")
      assert.notInclude(yield* trusted(lab), theirs.certificate.spkiSha256)
      lab.noFailures()
    }).pipe(quietly)
  )

  it.effect("serves under a CA that the user brings, and follows when another is brought", () =>
    Effect.gen(function* () {
      const lab = yield* makeLab
      const bring = (ca: CertificateAuthority.CertificateAuthority) =>
        lab.client.apply(
          {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "corporate-ca", namespace: shop },
            type: "kubernetes.io/tls",
            data: {
              "tls.crt": base64(ca.certificate.pem),
              "tls.key": base64(Redacted.value(ca.key.privateKeyPem))
            }
          },
          { force: true }
        )
      const first = yield* CertificateAuthority.make({ commonName: "first", validity: "900 days" })
      const second = yield* CertificateAuthority.make({ commonName: "second", validity: "900 days", pathLength: 0 })
      yield* lab.lead()
      yield* lab.create({ authority: { secretName: "corporate-ca" } })
      yield* lab.until(is(condition(lab, "Ready")))
      assert.match(
        (yield* condition(lab, "Ready")) ?? "",
        /^False AuthorityUnusable: the Secret shop\/corporate-ca, .* does not exist: create it/
      )
      yield* bring(first)
      yield* lab.ready
      assert.deepStrictEqual(yield* trusted(lab), [first.certificate.spkiSha256])
      assert.strictEqual(leafOf(yield* secret(lab, "hook-tls")).issuer, "CN=first")
      yield* bring(second)
      yield* lab.untilUnderLoad(
        Effect.gen(function* () {
          return (yield* phase(lab)) === "STABLE" && leafOf(yield* secret(lab, "hook-tls")).issuer === "CN=second"
        })
      )
      assert.strictEqual(yield* phase(lab), "STABLE")
      assert.deepStrictEqual(yield* trusted(lab), [second.certificate.spkiSha256])
      assert.strictEqual(leafOf(yield* secret(lab, "hook-tls")).issuer, "CN=second")
      assert.match((yield* condition(lab, "Ready")) ?? "", /^True .*Beware: the CA .* has the path length 0/)
      lab.noFailures()

      const spoilt = { "tls.crt": base64(first.certificate.pem), "tls.key": base64("no key") }
      yield* lab.client.patch(
        { apiVersion: "v1", kind: "Secret", name: "corporate-ca", namespace: shop },
        { type: "merge", body: { data: spoilt } }
      )
      yield* lab.until(is(condition(lab, "Ready"), /^False/))
      assert.match((yield* condition(lab, "Ready")) ?? "", /^False AuthorityUnusable/)
      assert.isUndefined(yield* lab.ask())
    }).pipe(quietly)
  )

  it.effect("issues its leaf anew for other names and another kind of key", () =>
    Effect.gen(function* () {
      const lab = yield* makeLab
      yield* lab.lead()
      yield* lab.create()
      yield* lab.ready
      const before = yield* trusted(lab)
      yield* lab.change({ dnsNames: ["hook.example.com"], keyAlgorithm: "Ed25519" })
      yield* lab.untilUnderLoad(Effect.map(secret(lab, "hook-tls"), (now) => leafOf(now).keyAlgorithm === "Ed25519"))
      yield* lab.passUnderLoad("6 seconds")
      const leaf = leafOf(yield* secret(lab, "hook-tls"))
      assert.include(leaf.dnsNames, "hook.example.com")
      assert.strictEqual(leaf.keyAlgorithm, "Ed25519")
      assert.deepStrictEqual(yield* trusted(lab), before)
      lab.noFailures()
    }).pipe(quietly)
  )

  it.effect("leaves trust and the Secret behind when it is deleted, and nothing else", () =>
    Effect.gen(function* () {
      const lab = yield* makeLab
      yield* lab.lead()
      yield* lab.create()
      yield* lab.ready
      const canaries = lab.client.list({ apiVersion: "v1", kind: "Service", namespace: system })
      assert.strictEqual((yield* canaries).items.length, 1)
      const before = yield* trusted(lab)
      yield* lab.remove
      yield* lab.until(isGone(stateSecret(lab)))
      assert.strictEqual((yield* canaries).items.length, 0)
      const { metadata, webhooks } = yield* lab.configuration
      assert.deepStrictEqual(
        webhooks.map(({ name }) => name),
        ["hook.shop.example"]
      )
      assert.notInclude(JSON.stringify(metadata.annotations ?? {}), "holdfast")
      assert.deepStrictEqual(yield* trusted(lab), before)
      assert.strictEqual((yield* Effect.flip(stateSecret(lab)))._tag, "NotFound")
      assert.isUndefined(yield* lab.ask())
    }).pipe(quietly)
  )

  it.effect("is taken leave of at the start of a term, if it went while nobody led", () =>
    Effect.gen(function* () {
      const lab = yield* makeLab
      const { end } = yield* lab.lead()
      yield* lab.create()
      yield* lab.ready
      yield* end
      yield* lab.remove
      yield* lab.pass("2 seconds")
      yield* stateSecret(lab)
      yield* lab.lead()
      yield* lab.until(isGone(stateSecret(lab)))
      assert.strictEqual((yield* Effect.flip(stateSecret(lab)))._tag, "NotFound")
      assert.strictEqual((yield* lab.configuration).webhooks.length, 1)
    }).pipe(quietly)
  )

  it.effect("says which field is wrong, and does nothing", () =>
    Effect.gen(function* () {
      const lab = yield* makeLab
      yield* lab.lead()
      yield* lab.create({ minPublish: "8000h" })
      yield* lab.until(is(condition(lab, "Ready")))
      const ready = yield* condition(lab, "Ready")
      assert.match(ready ?? "", /^False InvalidSpec: spec.minPublish: it must be an hour shorter than/)
      assert.include((yield* lab.events).join("\n"), "Warning InvalidSpec: spec.minPublish")
      assert.strictEqual((yield* Effect.flip(stateSecret(lab)))._tag, "NotFound")
      yield* lab.change({ minPublish: "0s" })
      yield* lab.ready
      assert.match((yield* condition(lab, "Ready")) ?? "", /^True/)
    }).pipe(quietly)
  )

  it.effect("does not fight another one over a Secret", () =>
    Effect.gen(function* () {
      const lab = yield* makeLab
      yield* lab.lead()
      const object = yield* lab.create()
      yield* lab.ready
      yield* lab.client.create({ ...object, metadata: { name: "other", namespace: shop } })
      yield* lab.until(
        Effect.map(
          lab.client.get({ ...WebhookCertificate.kind, name: "other", namespace: shop }),
          (object) => object["status"] !== undefined
        )
      )
      const other = yield* lab.client.get({ ...WebhookCertificate.kind, name: "other", namespace: shop })
      assert.include(JSON.stringify(other["status"]), "the WebhookCertificate hook writes the Secret hook-tls already")
      assert.match((yield* condition(lab, "Ready")) ?? "", /^True/)
    }).pipe(quietly)
  )

  it.effect("names a target that is not there, and takes it in when it comes", () =>
    Effect.gen(function* () {
      const lab = yield* makeLab
      yield* lab.lead()
      const missing = { kind: "MutatingWebhookConfiguration", name: "later" }
      yield* lab.create({ targets: [{ kind: "ValidatingWebhookConfiguration", name: "hook" }, missing] })
      yield* lab.until(is(condition(lab, "Ready"), /^False TargetMissing/))
      assert.match((yield* condition(lab, "Ready")) ?? "", /^False TargetMissing: MutatingWebhookConfiguration\/later/)
      assert.strictEqual((yield* lab.status).targetsInSync, "1/2")
      const { webhooks } = yield* lab.configuration
      const [entry] = webhooks
      yield* lab.client.create({
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "MutatingWebhookConfiguration",
        metadata: { name: "later" },
        webhooks: [{ ...entry, clientConfig: { service: { name: "hook", namespace: shop, path: "/validate" } } }]
      } as KubernetesObject)
      yield* lab.ready
      assert.match((yield* condition(lab, "Ready")) ?? "", /^True/)
      assert.strictEqual((yield* lab.status).targetsInSync, "2/2")
    }).pipe(quietly)
  )

  it.effect("is seen in the metrics for as long as it is there", () =>
    Effect.gen(function* () {
      const lab = yield* makeLab
      const shown = Effect.map(Metric.snapshot, (metrics) =>
        metrics
          .filter(({ id }) => id.startsWith("holdfast_"))
          .map(({ attributes, id, state }) => `${id} ${JSON.stringify(attributes)} ${JSON.stringify(state)}`)
          .filter((line) => line.includes("hook"))
          .join("\n")
      )
      yield* lab.lead()
      yield* lab.create()
      yield* lab.ready
      const lines = yield* shown
      for (const metric of [
        "holdfast_certificate_not_after_timestamp_seconds",
        "holdfast_rotation_phase",
        "holdfast_rotation_phase_seconds",
        "holdfast_target_trusts",
        "holdfast_apiserver_proven"
      ]) {
        assert.include(lines, `${metric} `)
      }
      assert.include(lines, '"phase":"STABLE"')
      yield* lab.remove
      yield* lab.until(isGone(stateSecret(lab)))
      assert.strictEqual(yield* shown, "")
    }).pipe(quietly)
  )
})
