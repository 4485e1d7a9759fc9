import { assert, describe, it } from "@effect/vitest"
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import * as CertificateChain from "@holdfast/certificates/CertificateChain"
import * as RotationEngine from "@holdfast/operator/rotation/RotationEngine"
import * as RotationMaterial from "@holdfast/operator/rotation/RotationMaterial"
import * as RotationSecret from "@holdfast/operator/rotation/RotationSecret"
import type { Leaf, RotationState, Trusted } from "@holdfast/operator/rotation/RotationState"
import type { Pod, Probe, RotationView } from "@holdfast/operator/rotation/RotationView"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import { settings } from "./EngineProtocol.ts"

const dnsName = "hook.default.svc"
const location = { name: "holdfast-webhook-pki", namespace: "holdfast-system" }

/** A cluster in which every change arrives at once, made of real certificates. */
const makeCluster = () => {
  let now = Date.parse("2026-11-23T12:00:00Z")
  let material: RotationMaterial.RotationMaterial = RotationMaterial.empty
  let state: RotationState | undefined
  let hand: RotationView["hand"] = {}
  let probes: ReadonlyArray<Probe> = []
  let target: { bundle: string; epoch: number; version: number } = { bundle: "", epoch: 0, version: 0 }
  let serving: RotationView["serving"]
  let pod: Pod = { name: "pod-0", presents: undefined, since: now }
  let pods: ReadonlyArray<Pod> = []
  let request: RotationView["request"]
  const phases: Array<string> = []
  const bundles: Array<string> = []
  const chains: Array<string> = []

  const trustedNow = (): ReadonlyArray<Trusted> =>
    target.bundle === ""
      ? []
      : Result.getOrThrow(CertificateBundle.parse(target.bundle)).certificates.map(RotationMaterial.trusted)

  const chainOf = (leaf: Leaf) => material.leaves.get(leaf.id)?.chainPem ?? ""

  const check = () => {
    for (const { presents } of pods) {
      if (presents === undefined) continue
      const verified = CertificateChain.verify({
        chain: chainOf(presents),
        roots: target.bundle,
        dnsName,
        at: new Date(now)
      })
      if (Result.isFailure(verified)) assert.fail(`${state?.phase}: ${verified.failure.message}`)
    }
  }

  const step = Effect.gen(function* () {
    yield* TestClock.setTime(now)
    const view: RotationView = {
      now,
      skew: 0,
      state,
      phaseSeenAt: state?.since ?? now,
      remembered: undefined,
      serving,
      targets: [{ name: "hook", resourceVersion: String(target.version), bundle: trustedNow(), epoch: target.epoch }],
      pods,
      apiServers: ["api-0"],
      reach: "all",
      probes,
      hand,
      ...(request === undefined ? {} : { request })
    }
    const action = RotationEngine.next(view, settings)
    switch (action._tag) {
      case "MakeAuthority": {
        const made = yield* RotationMaterial.makeAuthority(action, { name: "hooks", material })
        hand = { ...hand, authority: made.authority }
        material = { ...material, authorities: new Map([...material.authorities, [made.authority.id, made.material]]) }
        break
      }
      case "MakeLeaf": {
        const made = yield* RotationMaterial.makeLeaf(action, { dnsNames: [dnsName], material })
        hand = { ...hand, leaf: made.leaf }
        material = { ...material, leaves: new Map([...material.leaves, [made.leaf.id, made.material]]) }
        break
      }
      case "Persist": {
        const secret = RotationSecret.encode({ state: action.state, material }, location)
        const stored = Result.getOrThrow(RotationSecret.decode(secret))
        assert.deepStrictEqual(stored.state, action.state)
        const pruned = RotationMaterial.prune(material, action.state)
        assert.deepStrictEqual(stored.material, pruned)
        if (action.state.phase !== state?.phase) phases.push(action.state.phase)
        state = action.state
        hand = {}
        material = { ...stored.material, leaves: new Map([...material.leaves, ...stored.material.leaves]) }
        break
      }
      case "Publish": {
        const live = target.bundle === "" ? undefined : Result.getOrThrow(CertificateBundle.parse(target.bundle))
        const bundle = RotationMaterial.bundleOf(action.bundle, material, live)
        assert.deepStrictEqual(
          bundle.certificates.map(({ spkiSha256 }) => spkiSha256).sort(),
          action.bundle.map(({ id }) => id).sort()
        )
        target = { bundle: CertificateBundle.toPem(bundle), epoch: action.epoch, version: target.version + 1 }
        bundles.push(target.bundle)
        break
      }
      case "Serve": {
        serving = {
          resourceVersion: "1",
          epoch: action.epoch,
          bundle: action.bundle,
          ...(action.leaf === undefined ? {} : { leaf: action.leaf.id }),
          ...(action.staged === undefined ? {} : { staged: action.staged.id })
        }
        if (action.leaf !== undefined && action.leaf.id !== pod.presents?.id) {
          pod = { ...pod, presents: action.leaf, since: now }
          pods = [pod]
          chains.push(chainOf(action.leaf))
        }
        break
      }
      case "Probe": {
        const staged = state?.staged
        const trusted =
          staged !== undefined &&
          Result.isSuccess(
            CertificateChain.verify({ chain: chainOf(staged), roots: target.bundle, dnsName, at: new Date(now) })
          )
        const inARow = (probes[0]?.inARow ?? 0) + (trusted ? 1 : -1)
        probes = [{ apiServer: "api-0", target: "hook", epoch: target.epoch, inARow, at: now }]
        break
      }
      case "Wait":
        now = Math.max(now + 1_000, Math.min(action.until, now + 3_600_000))
        break
    }
    if (action._tag === "Persist") probes = []
    check()
    return action
  })

  return {
    /** Steps until the engine waits for nothing but age, and tells the phases it went through. */
    settle: Effect.gen(function* () {
      phases.length = 0
      for (let steps = 0; steps < 200; steps++) {
        const action = yield* step
        if (action._tag === "Wait" && action.for === "a certificate to be due") return [...phases]
      }
      return assert.fail(`does not come to rest in ${state?.phase}`)
    }),
    ask: (cause: "forced" | "compromised") => {
      request = { id: String(now), cause }
    },
    bundles,
    chains,
    state: () => state,
    material: () => material
  }
}

describe("a rotation with real certificates", () => {
  it.effect("starts, renews its leaf, and changes its authority, verified at every step", () =>
    Effect.gen(function* () {
      const cluster = makeCluster()
      assert.deepStrictEqual(yield* cluster.settle, ["STAGE", "TRUST", "PROVE", "SERVE", "DRAIN", "RETIRE", "STABLE"])
      const seen = new Set<string>()
      for (let rest = 0; rest < 12; rest++) for (const phase of yield* cluster.settle) seen.add(phase)
      assert.isTrue(seen.has("LEAF") && seen.has("RETIRE"), Array.from(seen).join())
    })
  )

  it.effect("is verified in all four cells: old and new leaf under old and new bundle", () =>
    Effect.gen(function* () {
      const cluster = makeCluster()
      yield* cluster.settle
      const [oldChain, oldBundle] = [cluster.chains.at(-1) ?? "", cluster.bundles[0] ?? ""]
      cluster.ask("forced")
      const overlap = cluster.bundles.at(-1) ?? ""
      yield* cluster.settle
      const newChain = cluster.chains.at(-1) ?? ""
      const reason = (chain: string, roots: string) =>
        Result.match(CertificateChain.verify({ chain, roots, dnsName, at: new Date("2026-11-23T14:00:00Z") }), {
          onFailure: (error) => error.reason,
          onSuccess: () => "trusted"
        })
      assert.notStrictEqual(oldChain, newChain)
      assert.strictEqual(reason(oldChain, oldBundle), "trusted")
      assert.strictEqual(reason(newChain, oldBundle), "trusted", "by the bridge")
      assert.strictEqual(reason(oldChain, overlap), "trusted")
      assert.strictEqual(reason(newChain, overlap), "trusted")
      assert.strictEqual(reason(oldChain, cluster.bundles.at(-1) ?? ""), "unknown-authority", "retired")
    })
  )

  it.effect("builds no bridge from a key that is known to others", () =>
    Effect.gen(function* () {
      const cluster = makeCluster()
      yield* cluster.settle
      const first = cluster.bundles[0] ?? ""
      cluster.ask("compromised")
      yield* cluster.settle
      const verified = CertificateChain.verify({
        chain: cluster.chains.at(-1) ?? "",
        roots: first,
        dnsName,
        at: new Date("2026-11-23T14:00:00Z")
      })
      assert.strictEqual(Result.isFailure(verified) && verified.failure.reason, "unknown-authority")
    })
  )
})

describe("RotationSecret.decode", () => {
  it.effect("refuses what is missing, mixed up or made up, and tells no secret", () =>
    Effect.gen(function* () {
      const cluster = makeCluster()
      yield* cluster.settle
      const state = cluster.state()
      const { current, leaf, next } = state ?? {}
      if (state === undefined || current === undefined || next === undefined || leaf === undefined) {
        return assert.fail("the rotation has not begun")
      }
      const secret = RotationSecret.encode({ state, material: cluster.material() }, location)
      const data = secret["data"] as Readonly<Record<string, string>>
      const problem = (changes: Readonly<Record<string, string | undefined>>) => {
        const error = Result.getOrThrow(
          Result.flip(RotationSecret.decode({ ...secret, data: { ...data, ...changes } }))
        )
        for (const material of cluster.material().authorities.values()) {
          const row = Redacted.value(material.key.privateKeyPem).split("\n")[1] ?? "?"
          assert.notInclude(JSON.stringify(error) + error.message, row)
        }
        return [error.key, error.problem]
      }
      const currentKey = `authority-${current.id}.key`
      const currentCrt = `authority-${current.id}.crt`
      assert.deepStrictEqual(problem({ "state.json": undefined }), ["state.json", "It is missing"])
      assert.deepStrictEqual(problem({ "state.json": btoa("{}") }), ["state.json", "It is no state of a rotation"])
      assert.deepStrictEqual(problem({ [currentKey]: undefined }), [currentKey, "It is missing"])
      assert.deepStrictEqual(problem({ [currentKey]: data[`authority-${next.id}.key`] }), [
        currentCrt,
        `The private key does not belong to the certificate of ${cluster.material().authorities.get(current.id)?.certificate.subject}`
      ])
      assert.deepStrictEqual(
        problem({
          [currentCrt]: data[`authority-${next.id}.crt`],
          [currentKey]: data[`authority-${next.id}.key`]
        }),
        [currentCrt, "It is another certificate than its name says"]
      )
      assert.deepStrictEqual(problem({ [`leaf-${leaf.id}.key`]: data[currentKey] }), [
        `leaf-${leaf.id}.key`,
        "It does not belong to the certificate beside it"
      ])
    })
  )
})
