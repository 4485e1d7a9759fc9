/** What has to hold of targets on any API server: run on the embedded one and on a real one. */
import { assert, describe, layer } from "@effect/vitest"
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import { BadRequest } from "@holdfast/k8s-adapter/ApiError"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as CanaryEntry from "@holdfast/operator/target/CanaryEntry"
import * as Targets from "@holdfast/operator/target/Targets"
import type { TestCluster } from "@holdfast/testkit/TestCluster"
import { Context, Effect, Layer, References, type Scope } from "effect"
import {
  base64,
  bundleOf,
  caBundleOf,
  convertedDefinition,
  entry,
  make as makeLab,
  plainDefinition,
  until
} from "./targetLab.ts"

class Cluster extends Context.Service<Cluster, TestCluster>()("test/Cluster") {}

const lab = Effect.flatMap(Cluster, makeLab)
const vwc = "ValidatingWebhookConfiguration"
const mwc = "MutatingWebhookConfiguration"
const kinds = [vwc, mwc] as const

export const targetSuite = (name: string, cluster: Effect.Effect<TestCluster, unknown, Scope.Scope>): void => {
  describe(name, () => {
    const live = Layer.unwrap(
      Effect.map(Effect.orDie(cluster), (running) =>
        Layer.merge(Layer.succeed(Cluster, running), Layer.succeed(References.MinimumLogLevel, "None"))
      )
    )

    layer(live, { timeout: 60_000, excludeTestServices: true })("targets", (it) => {
      for (const kind of kinds) {
        it.effect(`a ${kind} gets bundle, canary and epoch in one write, and no entry that it had not`, () =>
          Effect.gen(function* () {
            const { createTarget, findOne, get, next, old, publish, service, unique, webhook } = yield* lab
            yield* createTarget(kind, {
              webhooks: [
                entry("mine.example.com", { service: { ...service, path: "/v" } }),
                entry("theirs.example.com", { service: { ...service, name: "theirs" }, caBundle: caBundleOf(old) }),
                entry("url.example.com", { url: "https://hook.example.com:8443/v" }),
                entry("other-url.example.com", { url: "https://elsewhere.example.com/v" })
              ]
            })
            const target = yield* findOne({ kind, name: unique })
            assert.deepStrictEqual(target.entries, ["mine.example.com", "url.example.com"])
            assert.deepStrictEqual([target.epoch, target.bundle.certificates.length], [0, 0])

            const before = yield* get(kind)
            assert.strictEqual(yield* publish(target, 7, old, next), "done")
            const after = yield* get(kind)
            assert.strictEqual(after.metadata.generation, Number(before.metadata.generation) + 1, "one write")
            const caBundles = after["webhooks"].map((each: Entry) => each.clientConfig.caBundle)
            const both = caBundleOf(old, next)
            assert.deepStrictEqual(caBundles, [both, caBundleOf(old), both, undefined, both])
            assert.strictEqual(after["webhooks"][0].clientConfig.service.path, "/v")
            const canary = after["webhooks"][4]
            assert.strictEqual(canary.name, CanaryEntry.nameOf(webhook))
            assert.strictEqual(canary.clientConfig.service.path, "/canary/7")

            const published = yield* findOne({ kind, name: unique })
            assert.deepStrictEqual([published.epoch, published.problems], [7, []])
            assert.isTrue(CertificateBundle.equals(published.bundle, bundleOf(old, next)))
          })
        )
      }

      it.effect("a target is found by its labels, where one of its entries calls the webhook", () =>
        Effect.gen(function* () {
          const { client, createTarget, find, get, service, unique } = yield* lab
          yield* createTarget(vwc, { webhooks: [entry("a.example.com", { service })] }, `${unique}-a`)
          yield* createTarget(vwc, { webhooks: [entry("b.example.com", { service })] }, `${unique}-b`)
          const stranger = { service: { ...service, name: "stranger" } }
          yield* createTarget(vwc, { webhooks: [entry("c.example.com", stranger)] }, `${unique}-c`)
          const matchLabels = { app: unique }
          for (const suffix of ["a", "c"]) {
            const { metadata } = yield* get(vwc, `${unique}-${suffix}`)
            yield* client.patch(
              { apiVersion: "admissionregistration.k8s.io/v1", kind: vwc, name: metadata.name ?? "" },
              { type: "merge", body: { metadata: { labels: matchLabels } } }
            )
          }
          const { found, missing } = yield* until(
            find([{ kind: vwc, selector: { matchLabels } }]),
            (each) => each.found.length > 0
          )
          assert.deepStrictEqual(
            found.map((each) => each.name),
            [`${vwc}/${unique}-a`]
          )
          assert.deepStrictEqual(missing, [])
        })
      )

      it.effect("what is named and not there is told, and nothing is created for it", () =>
        Effect.gen(function* () {
          const { createTarget, find, findOne, get, next, publish, service, unique, webhook } = yield* lab
          yield* createTarget(vwc, { webhooks: [entry("a.example.com", { service })] })
          const spec = { kind: vwc, name: unique, webhooks: ["a.example.com", "gone.example.com"] } as const
          yield* findOne(spec)
          const { found, missing } = yield* find([
            spec,
            { kind: vwc, name: "absent" },
            { kind: mwc, selector: { matchLabels: { app: "absent" } } }
          ])
          assert.deepStrictEqual(missing, [
            `${vwc}/absent: there is no such object`,
            `${mwc} with app=absent: there is no such object`,
            `${vwc}/${unique}: there is no entry gone.example.com`
          ])
          yield* publish(found[0]!, 1, next)
          const { webhooks } = yield* get(vwc)
          assert.deepStrictEqual(
            webhooks.map((each: Entry) => each.name.split(".")[0]),
            ["a", webhook.id]
          )
        })
      )

      it.effect("a named entry is meant whatever it calls; others of the object are left alone", () =>
        Effect.gen(function* () {
          const { createTarget, findOne, service, unique } = yield* lab
          yield* createTarget(vwc, {
            webhooks: [
              entry("a.example.com", { service }),
              entry("b.example.com", { url: "https://elsewhere.example.com/v" })
            ]
          })
          const target = yield* findOne({ kind: vwc, name: unique, webhooks: ["b.example.com"] })
          assert.deepStrictEqual([target.entries, target.pointers], [["b.example.com"], ["/webhooks/1/clientConfig"]])
          assert.deepStrictEqual(target.hosts, [{ host: "elsewhere.example.com", port: 443 }])
        })
      )

      it.effect("a configuration that does not call the webhook is told", () =>
        Effect.gen(function* () {
          const { createTarget, find, service, unique } = yield* lab
          yield* createTarget(vwc, {
            webhooks: [entry("a.example.com", { service: { ...service, name: "stranger" } })]
          })
          const { missing } = yield* until(
            find([{ kind: vwc, name: unique }]),
            ({ missing }) => missing[0]?.endsWith("there is no such object") !== true
          )
          const address = `the Service ${unique}/hook or hook.example.com`
          assert.deepStrictEqual(missing, [`${vwc}/${unique}: none of its entries calls ${address}`])
        })
      )

      it.effect("spoilt bundles are read as the API server reads them, told, and healed by the next publication", () =>
        Effect.gen(function* () {
          const { createTarget, findOne, get, next, old, publish, service, unique } = yield* lab
          const junk = "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n"
          yield* createTarget(vwc, {
            webhooks: [
              entry("empty.example.com", { service }),
              entry("placeholder.example.com", { service, caBundle: "Cg==" }),
              entry("words.example.com", {
                service,
                caBundle: base64(`our authority:\n${old.certificate.pem}and nothing else\n`)
              }),
              entry("junk.example.com", { service, caBundle: base64(old.certificate.pem + junk) })
            ]
          })
          const target = yield* findOne({ kind: vwc, name: unique })
          assert.isTrue(CertificateBundle.equals(target.bundle, bundleOf(old)))
          const lines = old.certificate.pem.split("\n").length
          assert.deepStrictEqual(target.problems.slice(0, 3), [
            "the caBundle of empty.example.com is empty",
            "the caBundle of placeholder.example.com holds no certificate",
            `the caBundle of junk.example.com has a block on line ${lines} that is not X.509`
          ])
          assert.strictEqual(yield* publish(target, 2, old, next), "done")
          const { webhooks } = yield* get(vwc)
          assert.deepStrictEqual(
            [...new Set(webhooks.map((each: Entry) => each.clientConfig.caBundle))],
            [caBundleOf(old, next)]
          )
        })
      )

      it.effect("a bundle that is not base64 never comes into an object", () =>
        Effect.gen(function* () {
          const { createTarget, service } = yield* lab
          const webhooks = [entry("a.example.com", { service, caBundle: "%%%" })]
          const error = yield* Effect.flip(createTarget(vwc, { webhooks }))
          assert.instanceOf(error, BadRequest)
        })
      )

      it.effect("entries with different bundles count as one that trusts both, and is not intact", () =>
        Effect.gen(function* () {
          const { createTarget, findOne, old, other, service, unique } = yield* lab
          yield* createTarget(vwc, {
            webhooks: [
              entry("a.example.com", { service, caBundle: caBundleOf(old) }),
              entry("b.example.com", { service, caBundle: caBundleOf(old, other) })
            ]
          })
          const target = yield* findOne({ kind: vwc, name: unique })
          assert.isTrue(CertificateBundle.equals(target.bundle, bundleOf(old, other)))
          assert.include(target.problems, "the caBundle of a.example.com lacks what another entry has")
          assert.strictEqual(target.epoch, 0)
        })
      )

      it.effect("an entry that an upgrade adds makes a target wrong until it is published again", () =>
        Effect.gen(function* () {
          const { client, createTarget, findOne, get, next, publish, service, unique } = yield* lab
          yield* createTarget(vwc, { webhooks: [entry("a.example.com", { service })] })
          yield* publish(yield* findOne({ kind: vwc, name: unique }), 3, next)
          const live = yield* get(vwc)
          yield* client.replace({
            ...live,
            webhooks: [entry("new.example.com", { service }), ...live["webhooks"]]
          })
          const upgraded = yield* findOne({ kind: vwc, name: unique })
          assert.deepStrictEqual([upgraded.epoch, upgraded.problems], [0, ["the caBundle of new.example.com is empty"]])
          assert.isTrue(CertificateBundle.equals(upgraded.bundle, bundleOf(next)))
          assert.strictEqual(yield* publish(upgraded, 3, next), "done")
          assert.strictEqual((yield* findOne({ kind: vwc, name: unique })).epoch, 3)
          assert.strictEqual((yield* get(vwc))["webhooks"].length, 3, "the canary stays one")
        })
      )

      it.effect("a replaced manifest wipes bundle, canary and epoch, and all of it comes back", () =>
        Effect.gen(function* () {
          const { client, createTarget, findOne, get, next, provided, publish, service, unique } = yield* lab
          const webhooks = [entry("a.example.com", { service })]
          yield* createTarget(vwc, { webhooks })
          const spec = { kind: vwc, name: unique } as const
          yield* publish(yield* findOne(spec), 4, next)
          const live = yield* get(vwc)
          const { resourceVersion } = live.metadata
          const manifest = { ...live, metadata: { name: unique, resourceVersion }, webhooks } as KubernetesObject
          yield* client.replace(manifest, { fieldManager: "kubectl-replace" })
          const wiped = yield* findOne(spec)
          assert.deepStrictEqual(
            [wiped.epoch, wiped.bundle.certificates.length, wiped.traces.canary],
            [0, 0, undefined]
          )
          yield* publish(wiped, 4, next)
          const restored = yield* findOne(spec)
          assert.deepStrictEqual([restored.epoch, yield* provided(Targets.managers(restored))], [4, []])
          yield* client.patch(
            { ...manifest, name: unique },
            {
              type: "json",
              body: [{ op: "replace", path: "/webhooks/0/clientConfig/caBundle", value: "Cg==" }],
              fieldManager: "kustomize-controller"
            }
          )
          const changed = yield* findOne(spec)
          assert.deepStrictEqual(
            yield* provided(Targets.managers(changed)),
            ["kustomize-controller"],
            "and not ourselves"
          )
        })
      )

      it.effect("a canary entry that is gone, changed, or behind the others is told, and made anew", () =>
        Effect.gen(function* () {
          const { client, createTarget, findOne, next, old, publish, service, unique } = yield* lab
          yield* createTarget(vwc, { webhooks: [entry("a.example.com", { service })] })
          const spec = { kind: vwc, name: unique } as const
          yield* publish(yield* findOne(spec), 9, next)
          const change = (operation: object) => client.patch(manifestRef(unique), { type: "json", body: [operation] })
          const spoilt = {
            "its canary entry is missing": { op: "remove", path: "/webhooks/1" },
            "its canary entry was changed": { op: "replace", path: "/webhooks/1/failurePolicy", value: "Ignore" }
          }
          for (const [problem, operation] of Object.entries(spoilt)) {
            yield* change(operation)
            const found = yield* findOne(spec)
            assert.deepStrictEqual([found.epoch, found.problems], [0, [problem]])
            assert.strictEqual(yield* publish(found, 9, next), "done")
          }
          const caBundle = caBundleOf(old, next)
          yield* change({ op: "replace", path: "/webhooks/0/clientConfig/caBundle", value: caBundle })
          const behind = yield* findOne(spec)
          assert.deepStrictEqual([behind.epoch, behind.problems], [0, ["its canary entry was changed"]])
        })
      )

      it.effect("a manifest without the caBundle key is applied over a publication, and takes nothing of it away", () =>
        Effect.gen(function* () {
          const { client, createTarget, findOne, get, next, publish, service, unique } = yield* lab
          const webhooks = [entry("a.example.com", { service })]
          const manifest = {
            apiVersion: "admissionregistration.k8s.io/v1",
            kind: vwc,
            metadata: { name: unique, labels: { chart: "v1" } },
            webhooks
          }
          yield* createTarget(vwc, { webhooks })
          const spec = { kind: vwc, name: unique } as const
          yield* client.apply(manifest, { fieldManager: "kustomize-controller", force: true })
          yield* publish(yield* findOne(spec), 8, next)
          const before = yield* get(vwc)
          yield* client.apply(manifest, { fieldManager: "kustomize-controller", force: true })
          assert.deepStrictEqual((yield* get(vwc))["webhooks"], before["webhooks"], "applied again")
          const upgrade = { ...manifest, metadata: { name: unique, labels: { chart: "v2" } } }
          yield* client.apply(upgrade, { fieldManager: "kustomize-controller", force: true })
          yield* client.patch(manifestRef(unique), {
            type: "strategic",
            body: { webhooks: [{ name: "a.example.com", timeoutSeconds: 7 }] }
          })
          const kept = yield* findOne(spec)
          assert.deepStrictEqual([kept.epoch, kept.problems], [8, []])
        })
      )

      it.effect("what was changed since it was looked at is not written over", () =>
        Effect.gen(function* () {
          const { client, createTarget, findOne, get, next, publish, service, touch, unique } = yield* lab
          yield* createTarget(vwc, { webhooks: [entry("a.example.com", { service })] })
          const target = yield* findOne({ kind: vwc, name: unique })
          const ref = { apiVersion: "admissionregistration.k8s.io/v1", kind: vwc, name: unique }
          yield* client.patch(ref, { type: "merge", body: { metadata: { labels: { changed: "yes" } } } })
          const before = yield* get(vwc)
          assert.strictEqual(yield* publish(target, 1, next), "conflict")
          assert.strictEqual(yield* touch(target), "conflict")
          assert.strictEqual((yield* get(vwc)).metadata.resourceVersion, before.metadata.resourceVersion)
          const emptied = yield* client.patch(ref, { type: "json", body: [{ op: "remove", path: "/webhooks/0" }] })
          assert.strictEqual(yield* publish(target, 1, next), "conflict", "what is pointed at is gone")
          assert.deepStrictEqual(emptied["webhooks"] ?? [], [])
          yield* client.delete(ref)
          assert.strictEqual(yield* publish(target, 1, next), "conflict", "a deleted one is not made again")
        })
      )

      it.effect("a touch changes nothing but the version; a release takes out what is not the webhook's", () =>
        Effect.gen(function* () {
          const { createTarget, findOne, get, next, publish, release, service, touch, unique } = yield* lab
          yield* createTarget(vwc, { webhooks: [entry("a.example.com", { service })] })
          const spec = { kind: vwc, name: unique } as const
          yield* publish(yield* findOne(spec), 5, next)
          const before = yield* findOne(spec)
          assert.strictEqual(yield* touch(before), "done")
          const touched = yield* findOne(spec)
          assert.notStrictEqual(touched.resourceVersion, before.resourceVersion)
          assert.strictEqual(touched.epoch, 5)
          yield* release(touched)
          assert.strictEqual((yield* findOne(spec)).epoch, 5, "it is to be kept")
          yield* release()
          yield* release()
          const { metadata, webhooks } = yield* get(vwc)
          assert.deepStrictEqual(metadata.annotations ?? {}, {})
          assert.deepStrictEqual(
            webhooks.map((each: Entry) => [each.name, each.clientConfig.caBundle]),
            [["a.example.com", caBundleOf(next)]]
          )
        })
      )

      it.effect("two certificates share a configuration without touching each other's entries", () =>
        Effect.gen(function* () {
          const { createTarget, findOne, named, next, other, provided, publish, service, unique } = yield* lab
          yield* createTarget(vwc, {
            webhooks: [
              entry("a.example.com", { service }),
              entry("b.example.com", { service: { ...service, name: "second" } })
            ]
          })
          const spec = { kind: vwc, name: unique } as const
          yield* publish(yield* findOne(spec), 6, next)
          const found = yield* findOne(spec, "second")
          assert.deepStrictEqual([found.epoch, found.entries], [0, ["b.example.com"]])
          yield* provided(Targets.publish(named("second", [spec]), found, { epoch: 9, bundle: bundleOf(other) }))
          const [mine, theirs] = [yield* findOne(spec), yield* findOne(spec, "second")]
          assert.deepStrictEqual([mine.epoch, theirs.epoch], [6, 9])
          assert.isTrue(CertificateBundle.equals(mine.bundle, bundleOf(next)))
        })
      )

      it.effect("what holds no bundle of a webhook is told", () =>
        Effect.gen(function* () {
          const { createTarget, find, unique } = yield* lab
          const group = `${unique}.example.com`
          yield* createTarget("CustomResourceDefinition", plainDefinition(group), `things.${group}`)
          const specs = [
            { kind: "CustomResourceDefinition", name: `things.${group}` },
            { kind: "APIService", name: "v1.apps" }
          ] as const
          const { missing } = yield* until(find(specs), (each) =>
            each.missing.every((problem) => !problem.endsWith("there is no such object"))
          )
          assert.deepStrictEqual(missing, [
            `CustomResourceDefinition/things.${group}: it has no conversion webhook`,
            "APIService/v1.apps: the API server serves it itself"
          ])
        })
      )

      it.effect("a canary entry proves the bundle in effect, at its epoch", () =>
        Effect.gen(function* () {
          const { createTarget, findOne, next, old, probe, publish, service, unique } = yield* lab
          for (const kind of kinds) yield* createTarget(kind, { webhooks: [entry("a.example.com", { service })] })
          for (const kind of kinds) yield* publish(yield* findOne({ kind, name: unique }), 10, old, next)
          const targets = [yield* findOne({ kind: vwc, name: unique }), yield* findOne({ kind: mwc, name: unique })]
          const answers = yield* until(probe(targets), (each) => each.every(({ trusted }) => trusted === true))
          assert.deepStrictEqual(
            answers.map(({ apiServer, epoch, target }) => [apiServer, target, epoch]),
            [
              ["one", `${vwc}/${unique}`, 10],
              ["one", `${mwc}/${unique}`, 10]
            ]
          )
        })
      )

      it.effect("a canary is refused where the next authority is not trusted, until it is", () =>
        Effect.gen(function* () {
          const { createTarget, findOne, next, old, probe, publish, service, unique } = yield* lab
          yield* createTarget(vwc, { webhooks: [entry("a.example.com", { service })] })
          const spec = { kind: vwc, name: unique } as const
          yield* publish(yield* findOne(spec), 11, old)
          const target = yield* findOne(spec)
          const [refused] = yield* until(probe([target]), ([answer]) => answer?.why.includes("x509") === true)
          assert.strictEqual(refused?.trusted, false)
          assert.include(refused?.why, "certificate signed by unknown authority")
          yield* publish(target, 12, old, next)
          const [trusted] = yield* until(probe([yield* findOne(spec)]), ([answer]) => answer?.trusted === true)
          assert.strictEqual(trusted?.epoch, 12)
        })
      )

      it.effect("nothing is known where nobody presents the staged leaf", () =>
        Effect.gen(function* () {
          const { canary, createTarget, findOne, leafOf, next, old, probe, publish, service, unique } = yield* lab
          yield* createTarget(vwc, { webhooks: [entry("a.example.com", { service })] })
          const spec = { kind: vwc, name: unique } as const
          yield* publish(yield* findOne(spec), 13, old, next)
          const target = yield* findOne(spec)
          yield* canary.present(yield* leafOf(next))
          const [another] = yield* until(probe([target]), ([answer]) => answer?.trusted !== false)
          assert.deepStrictEqual(
            [another?.trusted, another?.why],
            [undefined, "the canary does not present the staged leaf yet"]
          )
          yield* canary.down
          const [nobody] = yield* probe([target])
          assert.strictEqual(nobody?.trusted, undefined)
          assert.include(nobody?.why, "connection refused")
        })
      )

      it.effect("a barrier proves the bundle of CRDs with a conversion webhook", () =>
        Effect.gen(function* () {
          const { client, createTarget, findOne, next, old, probe, publish, service, sweep, unique, webhook } =
            yield* lab
          const group = `${unique}.example.com`
          const name = `things.${group}`
          yield* createTarget("CustomResourceDefinition", convertedDefinition(group, { service }), name)
          const spec = { kind: "CustomResourceDefinition", name } as const
          assert.strictEqual(yield* publish(yield* findOne(spec), 20, old), "done")
          const target = yield* findOne(spec)
          assert.strictEqual(target.epoch, 20)
          const [stale] = yield* until(probe([target]), ([answer]) => answer?.why.includes("x509") === true)
          assert.strictEqual(stale?.trusted, false)
          yield* publish(target, 21, old, next)
          const [proven] = yield* until(probe([yield* findOne(spec)]), ([answer]) => answer?.trusted === true)
          assert.deepStrictEqual([proven?.target, proven?.epoch], [`CustomResourceDefinition/${name}`, 21])
          yield* sweep(true)
          const owners = Effect.map(
            client.list({ ...CanaryEntry.probeKind, labelSelector: ownedBy(webhook) }),
            ({ items }) => items.length
          )
          assert.strictEqual(yield* owners, 1, "the barrier of CRDs stays")
          yield* sweep(false)
          assert.strictEqual(yield* owners, 0)
        })
      )

      it.effect("a barrier proves the bundle of APIServices, one for each publication", () =>
        Effect.gen(function* () {
          const { client, createTarget, findOne, next, old, probe, publish, service, sweep, unique, webhook } =
            yield* lab
          const group = `${unique}.example.com`
          const name = `v1.${group}`
          const spec = { kind: "APIService", name } as const
          yield* createTarget(
            "APIService",
            { spec: { group, version: "v1", groupPriorityMinimum: 100, versionPriority: 10, service } },
            name
          )
          yield* publish(yield* findOne(spec), 30, old)
          const target = yield* findOne(spec)
          assert.strictEqual(target.epoch, 30)
          // Since 1.37 an API server does not even try what was found untrusted; before, it tried and refused.
          const [stale] = yield* until(probe([target]), ([answer]) => /x509|not available/.test(answer?.why ?? ""))
          assert.notStrictEqual(stale?.trusted, true)
          yield* publish(yield* findOne(spec), 31, old, next)
          const [proven] = yield* until(
            Effect.flatMap(findOne(spec), (found) => probe([found])),
            ([answer]) => answer?.trusted === true
          )
          assert.deepStrictEqual([proven?.target, proven?.epoch], [`APIService/${name}`, 31])
          const barriers = Effect.map(
            client.list({ ...CanaryEntry.probeKind, labelSelector: ownedBy(webhook) }),
            ({ items }) => items.map(({ metadata }) => metadata.name?.split("-")[1])
          )
          assert.deepStrictEqual((yield* barriers).toSorted(), ["30", "31"])
          yield* sweep(true)
          assert.deepStrictEqual(yield* barriers, [])
        })
      )
    })
  })
}

interface Entry {
  readonly name: string
  readonly clientConfig: { readonly caBundle?: string }
}

const manifestRef = (name: string) => ({ apiVersion: "admissionregistration.k8s.io/v1", kind: vwc, name })

const ownedBy = ({ id }: { readonly id: string }) => `certificates.holdfast.dev/barrier=${id}`
