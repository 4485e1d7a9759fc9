import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Manifest from "@holdfast/k8s-adapter/Manifest"
import { Result } from "effect"
import fc from "fast-check"

const read = (text: string) => Result.getOrThrow(Manifest.parse(text, "test.yaml"))
const refused = (text: string) => {
  const result = Manifest.parse(text, "test.yaml")
  if (Result.isSuccess(result)) throw new Error(`accepted: ${JSON.stringify(result.success)}`)
  return result.failure
}
const names = (manifests: ReadonlyArray<Manifest.Manifest>) =>
  manifests.map(
    ({ object, origin }) =>
      `${origin.document}:${origin.line} ${object.apiVersion} ${object.kind} ${object.metadata.name}`
  )

describe("Manifest", () => {
  describe("parse", () => {
    it("reads every document in its order and skips empty ones", () => {
      assert.deepStrictEqual(
        names(
          read(
            "---\n# comment\n---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n---\n---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: b}\n"
          )
        ),
        ["2:4 v1 Namespace a", "4:10 v1 ConfigMap b"]
      )
    })

    it("reads nothing from an empty text", () => {
      assert.deepStrictEqual(read(""), [])
      assert.deepStrictEqual(read("# only a comment\n---\n"), [])
    })

    it("reads JSON", () => {
      assert.deepStrictEqual(names(read(`{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}`)), [
        "1:1 v1 Secret a"
      ])
    })

    it("opens Lists, nested ones too, and knows the line of each item", () => {
      const list =
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: a}\n- apiVersion: v1\n  kind: List\n  items:\n  - {apiVersion: v1, kind: Secret, metadata: {name: b}}\n"
      assert.deepStrictEqual(names(read(list)), ["1:4 v1 Secret a", "1:10 v1 Secret b"])
    })

    it("fills in what the items of a typed List leave out", () => {
      assert.deepStrictEqual(names(read("apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: a}\n")), [
        "1:4 v1 ConfigMap a"
      ])
    })

    it("takes a kind that only ends in List for an object", () => {
      assert.deepStrictEqual(names(read("apiVersion: x.io/v1\nkind: AllowList\nmetadata: {name: a}\n")), [
        "1:1 x.io/v1 AllowList a"
      ])
    })

    it("gives values as Kubernetes does", () => {
      const [manifest] = read("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  mode: 0644\n  enabled: yes\n")
      assert.deepStrictEqual(manifest?.object["spec"], { mode: 420, enabled: true })
    })

    const wrong: ReadonlyArray<readonly [string, string, Partial<Record<string, unknown>>]> = [
      ["broken YAML", "kind: [\n", { reason: "malformed", line: 2 }],
      ["a scalar", "hello\n", { reason: "not-an-object", line: 1 }],
      ["a list", "- a\n", { reason: "not-an-object" }],
      [
        "a missing apiVersion",
        "kind: Pod\nmetadata: {name: a}\n",
        { reason: "missing-field", detail: "Pod a has no apiVersion" }
      ],
      ["a missing kind", "apiVersion: v1\nmetadata: {name: a}\n", { reason: "missing-field", detail: "a has no kind" }],
      [
        "a number for apiVersion",
        "apiVersion: 1\nkind: Pod\nmetadata: {name: a}\n",
        { reason: "missing-field", line: 1 }
      ],
      [
        "a missing name",
        "apiVersion: v1\nkind: Pod\n",
        { reason: "missing-field", detail: "Pod has no metadata.name" }
      ],
      [
        "a name that reads as a number",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: 0123\n",
        { reason: "missing-field", line: 4 }
      ],
      [
        "a name that reads as a boolean",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: yes\n",
        { reason: "missing-field", line: 4 }
      ],
      ["a generated name", "apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\n", { reason: "missing-field" }],
      ["metadata that is a list", "apiVersion: v1\nkind: Pod\nmetadata: []\n", { reason: "missing-field" }],
      [
        "a namespace that is a number",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: 1}\n",
        { reason: "missing-field" }
      ],
      ["a duplicate key", "apiVersion: v1\nkind: Pod\nkind: Pod\n", { reason: "duplicate-key", line: 3 }],
      [
        "a kustomization",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
        { reason: "not-an-object" }
      ],
      [
        "the second item of a List",
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n- 1\n",
        { reason: "not-an-object", line: 5 }
      ]
    ]
    it.each(wrong)("refuses %s, and says where", (_, text, expected) => {
      assert.deepInclude(refused(text), { _tag: "ManifestError", source: "test.yaml", ...expected })
    })

    it("writes a message with the place, what is wrong, and what to do", () => {
      assert.strictEqual(
        refused("a: 1\n---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: 0123\n").message,
        "test.yaml:1 (document 1): the object has no apiVersion. Every Kubernetes object names its apiVersion and kind."
      )
      assert.strictEqual(
        refused("apiVersion: v1\nkind: Pod\nmetadata:\n  name: 0123\n").message,
        "test.yaml:4 (document 1): the metadata.name of Pod is the number 83. An object to apply has a name; a name that looks like a number is put in quotes."
      )
    })

    it("fails with a ManifestError and nothing else, whatever the text", () => {
      fc.assert(
        fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
          const result = Manifest.parse(JSON.stringify(value), "x")
          if (Result.isFailure(result)) assert.strictEqual(result.failure._tag, "ManifestError")
        })
      )
    })
  })

  describe("unique", () => {
    const a = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"

    it("keeps one of two that are the same", () => {
      assert.lengthOf(Result.getOrThrow(Manifest.unique(read(`${a}---\n${a}`))), 1)
    })

    it("refuses the same object with another content, naming both places", () => {
      const result = Manifest.unique(read(`${a}---\n${a}data: {x: y}\n`))
      assert.isTrue(Result.isFailure(result))
      if (Result.isFailure(result)) {
        assert.deepInclude(result.failure, {
          reason: "duplicate-object",
          line: 5,
          detail: "configmap/a is given before, with other content, at test.yaml:1"
        })
      }
    })
  })

  const manifests = path.resolve(import.meta.dirname, "../../../../shared/manifests")
  describe.skipIf(!fs.existsSync(manifests))("real manifests (skipped where ../shared/manifests is absent)", () => {
    it.each([
      ["glasskube-slim.yaml", 27],
      ["glasskube-aio.yaml", 48]
    ])("%s has %i objects", (file, count) => {
      const objects = read(fs.readFileSync(path.join(manifests, file), "utf8"))
      assert.lengthOf(objects, count)
      assert.lengthOf(Result.getOrThrow(Manifest.unique(objects)), count)
    })
  })
})
