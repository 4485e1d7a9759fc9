import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as FieldSet from "../src/internal/apply/FieldSet.ts"
import { compare, fieldSet, merge, prune } from "../src/internal/apply/Typed.ts"
import type { JsonObject } from "../src/internal/Json.ts"
import { builtin } from "../src/internal/schema/Shape.ts"

const pod = builtin("", "v1", "Pod")

const name = fc.constantFrom("a", "b", "c")
const container = fc.record(
  {
    name,
    image: name,
    ports: fc.uniqueArray(fc.record({ containerPort: fc.integer({ min: 1, max: 3 }) }), {
      selector: (each) => each.containerPort
    })
  },
  { requiredKeys: ["name"] }
)
/** Pods, as far as keyed lists, maps, sets and scalars go; never an empty object, which is a value of its own. */
const pods: fc.Arbitrary<JsonObject> = fc.record({
  metadata: fc.record(
    { labels: fc.dictionary(name, name, { minKeys: 1 }), finalizers: fc.uniqueArray(name) },
    { requiredKeys: ["labels"] }
  ),
  spec: fc.record(
    {
      containers: fc.uniqueArray(container, { selector: (each) => each.name, minLength: 1 }),
      nodeName: name,
      priority: fc.nat(3)
    },
    { requiredKeys: ["containers"] }
  )
}) as fc.Arbitrary<JsonObject>

const set = (object: JsonObject) => fieldSet(object, pod)

describe("Structured merge", () => {
  it("a configuration laid over an object twice is as laid over once", () =>
    fc.assert(
      fc.property(pods, pods, (live, config) => {
        const once = merge(live, config, pod) as JsonObject
        assert.deepStrictEqual(merge(once, config, pod), once)
      })
    ))

  it("nothing of a configuration is missing from the merged object", () =>
    fc.assert(
      fc.property(pods, pods, (live, config) => {
        const merged = merge(live, config, pod) as JsonObject
        assert.isTrue(FieldSet.isEmpty(FieldSet.difference(set(config), set(merged))))
      })
    ))

  it("an object differs from itself in nothing", () =>
    fc.assert(
      fc.property(pods, (object) => {
        const { added, modified, removed } = compare(object, object, pod)
        assert.isTrue([added, modified, removed].every(FieldSet.isEmpty))
      })
    ))

  it("what is added one way is removed the other way", () =>
    fc.assert(
      fc.property(pods, pods, (one, other) => {
        const there = compare(one, other, pod)
        const back = compare(other, one, pod)
        assert.deepStrictEqual(FieldSet.paths(there.added), FieldSet.paths(back.removed))
        assert.deepStrictEqual(FieldSet.paths(there.modified), FieldSet.paths(back.modified))
      })
    ))

  it("what the only manager applied no more is gone", () =>
    fc.assert(
      fc.property(pods, pods, (first, second) => {
        const merged = merge(first, second, pod) as JsonObject
        const pruned = prune(merged, pod, set(first), set(second)) as JsonObject
        assert.deepStrictEqual(FieldSet.paths(set(pruned)), FieldSet.paths(set(second)))
      })
    ))

  it("what others own stays", () =>
    fc.assert(
      fc.property(pods, pods, (first, other) => {
        const live = merge(other, first, pod) as JsonObject
        const pruned = prune(live, pod, set(first), set(other)) as JsonObject
        assert.isTrue(FieldSet.isEmpty(FieldSet.difference(set(other), set(pruned))))
      })
    ))
})

describe("Sets of fields", () => {
  it("follow the algebra of sets", () =>
    fc.assert(
      fc.property(pods, pods, (one, other) => {
        const [a, b] = [set(one), set(other)]
        const paths = (each: FieldSet.FieldSet) => FieldSet.paths(each).map((path) => path.join("/"))
        assert.sameMembers(paths(FieldSet.union(a, b)), [...new Set([...paths(a), ...paths(b)])])
        assert.sameMembers(
          paths(FieldSet.intersection(a, b)),
          paths(a).filter((path) => paths(b).includes(path))
        )
        assert.sameMembers(
          paths(FieldSet.difference(a, b)),
          paths(a).filter((path) => !paths(b).includes(path))
        )
      })
    ))

  it("name a path as conflicts do", () => {
    const path = [
      "f:spec",
      "f:containers",
      'k:{"name":"a"}',
      "f:ports",
      'k:{"containerPort":80,"protocol":"TCP"}',
      "f:name"
    ]
    assert.strictEqual(
      FieldSet.pathText(path),
      '.spec.containers[name="a"].ports[containerPort=80,protocol="TCP"].name'
    )
  })
})
