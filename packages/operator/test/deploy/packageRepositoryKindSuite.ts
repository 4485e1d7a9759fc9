/** Our definition of PackageRepository against Glasskube's own: whatever one says to an object, the other says too. */
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, layer } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Manifests from "@holdfast/k8s-adapter/Manifests"
import * as Wait from "@holdfast/k8s-adapter/Wait"
import type { TestCluster } from "@holdfast/testkit/TestCluster"
import { Effect, Layer, type Scope } from "effect"
import * as FastCheck from "fast-check"

const glasskube = fileURLToPath(new URL("../../../../../shared/manifests/glasskube-slim.yaml", import.meta.url))
const ours = fileURLToPath(new URL("../../chart/crds/packages.glasskube.dev_packagerepositories.yaml", import.meta.url))

/** The definition of a file, moved to a group of its own: so both fit into one cluster. */
const definition = (file: string, group: string) =>
  Effect.map(Manifests.read({ files: [file] }), (manifests): KubernetesObject => {
    const found = manifests.find(({ object }) => object.metadata.name === "packagerepositories.packages.glasskube.dev")
    const { spec } = (found?.object ?? assert.fail()) as unknown as { readonly spec: object }
    return {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `packagerepositories.${group}` },
      spec: { ...spec, group }
    }
  })

const words = FastCheck.constantFrom("", "a", "A long one with spaces", "9lives", "True", "2026-11-24T00:00:00Z")
const anything = FastCheck.oneof(
  words,
  FastCheck.constantFrom<unknown>(null, true, 0, -1, 7, 1.5, [], {}, ["a"], { a: "b" })
)

/** An object some of whose fields are right, some wrong, some missing, and now and then one too many. */
const fields = (shape: Readonly<Record<string, FastCheck.Arbitrary<unknown>>>) =>
  FastCheck.record(
    Object.fromEntries([
      ...Object.entries(shape).map(([name, right]) => [
        name,
        FastCheck.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: anything })
      ]),
      ["more", FastCheck.constant("of it")]
    ]),
    { requiredKeys: [] }
  )

const reference = fields({ name: words, key: words, optional: FastCheck.boolean() })
const spec = fields({
  url: words,
  auth: fields({
    basic: fields({ username: words, usernameSecretRef: reference, password: words, passwordSecretRef: reference }),
    bearer: fields({ token: words, tokenSecretRef: reference })
  })
})
const conditions = FastCheck.array(
  fields({
    type: FastCheck.constantFrom("Ready", "example.org/Ready", "-Ready", "x".repeat(317)),
    status: FastCheck.constantFrom("True", "False", "Unknown", "true"),
    reason: FastCheck.constantFrom("SyncCompleted", "Sync completed", "9", "", "R".repeat(1025)),
    message: FastCheck.constantFrom("", "the index is there", "m".repeat(32769)),
    lastTransitionTime: FastCheck.constantFrom("2026-11-24T00:00:00Z", "2026-11-24T00:00:00.5+01:00", "yesterday"),
    observedGeneration: FastCheck.constantFrom<unknown>(0, 1, -1, 2 ** 40, "1")
  }),
  { maxLength: 2 }
)

/** A server lists what is wrong in the order in which it comes by it. */
const complaints = (tag: string, message: string) =>
  `${tag}: ${message
    .split(/[[\],] ?/)
    .sort()
    .join("\n")}`

export const packageRepositoryKindSuite = (
  name: string,
  cluster: Effect.Effect<TestCluster, unknown, Scope.Scope>
): void => {
  const skipped = !existsSync(glasskube)
  if (skipped) console.error("skipped: Glasskube's manifest is not beside this repository")
  describe.skipIf(skipped)(name, () => {
    const client = Layer.unwrap(
      Effect.map(Effect.orDie(cluster), ({ kubeconfig }) =>
        KubernetesClient.KubernetesClient.layer({ text: kubeconfig })
      )
    )
    layer(client, { timeout: 60_000, excludeTestServices: true })("a PackageRepository", (it) => {
      it.effect(
        "means to our definition what it means to Glasskube's",
        () =>
          Effect.gen(function* () {
            const client = yield* KubernetesClient.KubernetesClient
            for (const [file, group] of [
              [ours, "ours.example.org"],
              [glasskube, "theirs.example.org"]
            ] as const) {
              yield* Wait.ready(yield* client.apply(yield* definition(file, group)), { deadline: 30_000 })
            }

            /** What a server makes of the object: the fields it keeps and fills in, or what it has against it. */
            const verdict = (group: string, subresource: "status" | undefined, content: object) => {
              const object: KubernetesObject = {
                apiVersion: `${group}/v1alpha1`,
                kind: "PackageRepository",
                metadata: { name: "sample" },
                ...content
              }
              const path = `/apis/${group}/v1alpha1/packagerepositories`
              return client
                .request(
                  subresource === undefined
                    ? { method: "POST", path, query: { dryRun: "All" }, body: object }
                    : {
                        method: "PATCH",
                        path: `${path}/known/status`,
                        query: { dryRun: "All" },
                        headers: { "content-type": "application/merge-patch+json" },
                        body: content
                      }
                )
                .pipe(
                  Effect.map(({ body }) => ({ accepted: body as { spec?: unknown; status?: unknown } })),
                  Effect.map(({ accepted: { spec, status } }) => JSON.stringify({ spec, status })),
                  Effect.catch(({ _tag, message }) =>
                    Effect.succeed(complaints(_tag, message.replaceAll(group, "GROUP")))
                  )
                )
            }
            for (const group of ["ours.example.org", "theirs.example.org"]) {
              yield* client.create({
                apiVersion: `${group}/v1alpha1`,
                kind: "PackageRepository",
                metadata: { name: "known" },
                spec: { url: "https://example.org" }
              })
            }

            const seen = { accepted: 0, refused: 0 }
            const same = (subresource: "status" | undefined, content: object) =>
              Effect.gen(function* () {
                const [mine, theirs] = yield* Effect.all(
                  ["ours.example.org", "theirs.example.org"].map((group) => verdict(group, subresource, content)),
                  { concurrency: 2 }
                )
                seen[mine?.startsWith("{") ? "accepted" : "refused"]++
                assert.strictEqual(mine, theirs, JSON.stringify(content))
              })
            for (const sample of FastCheck.sample(spec, { numRuns: 150, seed: 5 }))
              yield* same(undefined, { spec: sample })
            for (const sample of FastCheck.sample(conditions, { numRuns: 150, seed: 5 })) {
              yield* same("status", { status: { conditions: sample, more: 1 } })
            }
            assert.isAbove(seen.accepted, 50)
            assert.isAbove(seen.refused, 50)
          }),
        60_000
      )
    })
  })
}
