/**
 * The rows of the protocol's failure table that need a real API server and real processes, in the table's words. Two
 * that take minutes are in files of their own, to run beside these.
 */
import { assert, it } from "@effect/vitest"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import { Clock, Effect } from "effect"
import { hooks, inLab, key, type Lab, repeatUntil, unharmed } from "./failureLab.ts"
import * as Hooks from "./hooks.ts"
import * as Rotations from "./Rotations.ts"

const serving = { apiVersion: "v1", kind: "Secret", ...Hooks.secretOf("hook-0") }
const own = { apiVersion: "v1", kind: "Secret", namespace: Rotations.operatorNamespace, name: "holdfast-webhook-tls" }
const stored = {
  apiVersion: "v1",
  kind: "Secret",
  namespace: Rotations.operatorNamespace,
  name: `${Hooks.namespace}.hook-0.pki`
}
const configuration = { apiVersion: "admissionregistration.k8s.io/v1", ...Hooks.configurationOf(hooks, "hook-0") }

interface Webhooks {
  readonly webhooks: ReadonlyArray<{ readonly name: string; readonly clientConfig: { readonly caBundle?: string } }>
}
const webhooksOf = ({ client }: Lab) =>
  Effect.map(client.get(configuration), (object) => (object as KubernetesObject & Webhooks).webhooks)
const dataOf = ({ client }: Lab, ref: typeof serving) =>
  client.get(ref).pipe(
    Effect.map(
      (secret) => (secret as KubernetesObject & { readonly data?: Readonly<Record<string, string>> }).data ?? {}
    ),
    Effect.orElseSucceed((): Readonly<Record<string, string>> => ({}))
  )

inLab("What goes wrong, and what happens then", (made) => {
  /** Does something that takes the trust away; requests can fail until it is back, and not a moment longer. */
  const trustLost = Effect.fnUntraced(function* (lab: Lab, loss: Effect.Effect<unknown, unknown>) {
    const { result, verdict } = yield* lab.underLoad(
      Effect.gen(function* () {
        const lost = yield* Clock.currentTimeMillis
        yield* loss
        const isBack = (all: Webhooks["webhooks"]) =>
          all.every(({ clientConfig }) => clientConfig.caBundle !== undefined)
        yield* repeatUntil(webhooksOf(lab), isBack)
        const repaired = yield* Clock.currentTimeMillis
        yield* Effect.sleep("1500 millis")
        return { lost, repaired }
      })
    )
    const { lost, repaired } = result
    assert.isBelow(repaired - lost, 10_000)
    for (const { at, problem } of verdict.failures) {
      assert.match(problem, /certificate signed by unknown authority|unable to load root certificates/)
      assert.isAtLeast(Date.parse(at), lost - 1000)
      assert.isAtMost(Date.parse(at), repaired + 2000)
    }
  })

  it.live(
    "caBundle wiped: re-asserted at once; after more than three times in ten minutes the manager is named",
    () =>
      Effect.gen(function* () {
        const lab = made.lab()
        const path = "/webhooks/0/clientConfig/caBundle"
        const patch = (fieldManager: string, ...body: ReadonlyArray<object>) =>
          Effect.suspend(() => lab.client.patch(configuration, { type: "json", body, fieldManager }))
        yield* trustLost(lab, patch("wiper", { op: "remove", path }))
        // The placeholder of many a manifest.
        for (let times = 0; times < 4; times++)
          yield* trustLost(lab, patch("gitops", { op: "replace", path, value: "Cg==" }))
        const contested = yield* repeatUntil(lab.condition(key, "Contested"), (is) => is?.status === "True")
        assert.include(contested?.message, '"gitops"')
      }),
    120_000
  )

  it.live(
    "the manifest is replaced: the bundle and the canary's entry are back at once",
    () =>
      Effect.gen(function* () {
        const lab = made.lab()
        const before = yield* webhooksOf(lab)
        assert.lengthOf(before, 2)
        const [manifest] = Hooks.configurations(hooks).filter(({ metadata }) => metadata.name === "hook-0")
        assert.isDefined(manifest)
        // As kubectl does where the manifest has no version.
        const replace = Effect.flatMap(lab.client.get(configuration), ({ metadata: { resourceVersion } }) =>
          lab.client.replace({
            ...manifest,
            metadata: { ...manifest.metadata, ...(resourceVersion !== undefined && { resourceVersion }) }
          })
        )
        yield* trustLost(lab, replace)
        const after = yield* repeatUntil(webhooksOf(lab), (all) => all.length === 2)
        assert.deepStrictEqual(
          after.map(({ clientConfig }) => clientConfig.caBundle),
          before.map(({ clientConfig }) => clientConfig.caBundle)
        )
      }),
    120_000
  )

  it.live(
    "Secrets deleted: pods keep serving, and the leader restores them from memory",
    () =>
      Effect.gen(function* () {
        const lab = made.lab()
        for (const secret of [serving, stored]) {
          const before = yield* dataOf(lab, secret)
          const { verdict } = yield* lab.underLoad(
            Effect.gen(function* () {
              yield* lab.client.delete(secret)
              yield* repeatUntil(dataOf(lab, secret), (data) => Object.keys(data).length > 0)
              yield* Effect.sleep("2 seconds")
            })
          )
          unharmed(verdict)
          const after = yield* dataOf(lab, secret)
          const keys = Object.keys(before).filter((each) => each !== "state.json")
          assert.deepStrictEqual(
            keys.map((each) => after[each]),
            keys.map((each) => before[each])
          )
        }
        assert.strictEqual(lab.rotations.fallen(), 0)
      }),
    120_000
  )

  it.live(
    "the state deleted, and nobody left who remembers it: a new authority, trusted before it serves",
    () =>
      Effect.gen(function* () {
        const lab = made.lab()
        const before = lab.rotations.state(key)?.current?.id
        const { verdict } = yield* lab.underLoad(
          Effect.gen(function* () {
            const leader = yield* lab.leader
            yield* leader?.signal("SIGKILL") ?? Effect.die(new Error("nobody leads"))
            yield* lab.client.delete(stored)
            yield* lab.until(() => lab.settled(key) && lab.rotations.state(key)?.current?.id !== before, "5 minutes")
          })
        )
        unharmed(verdict)
        assert.strictEqual(lab.rotations.fallen(), 0)
      }),
    360_000
  )

  it.live(
    "Secrets with wrong content: the last good certificate is served, and the content put right",
    () =>
      Effect.gen(function* () {
        const lab = made.lab()
        const wrong = { "tls.crt": "bm9uc2Vuc2U=", "tls.key": "bm9uc2Vuc2U=" }
        for (const [secret, data] of [
          [serving, wrong],
          [own, wrong],
          [stored, { "state.json": "bm9uc2Vuc2U=" }]
        ] as const) {
          const before = yield* dataOf(lab, secret)
          const { verdict } = yield* lab.underLoad(
            Effect.gen(function* () {
              yield* lab.client.patch(secret, { type: "merge", body: { data } })
              yield* repeatUntil(dataOf(lab, secret), (now) =>
                Object.entries(data).every(([name, is]) => now[name] !== is)
              )
              yield* Effect.sleep("2 seconds")
            }),
            { repositories: true }
          )
          unharmed(verdict)
          const after = yield* dataOf(lab, secret)
          if (secret !== stored) assert.strictEqual(after["tls.crt"], before["tls.crt"])
        }
        assert.strictEqual(lab.rotations.fallen(), 0)
      }),
    120_000
  )
})
