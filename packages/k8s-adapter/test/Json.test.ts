import { assert, describe, it } from "@effect/vitest"
import { field, list, number, text, texts } from "@holdfast/k8s-adapter/Json"

const anything: ReadonlyArray<unknown> = [undefined, null, true, 1, "text", [], ["text"], { a: 1 }, { a: { b: "c" } }]

describe("Json", () => {
  it("follows a path, and none leads through a list", () => {
    assert.strictEqual(field({ a: { b: 1 } }, "a", "b"), 1)
    assert.isUndefined(field({ a: { b: 1 } }, "a", "c", "d"))
    assert.isUndefined(field({ a: [1] }, "a", "0"))
  })

  it("reads nothing where something else is than was asked for", () => {
    for (const value of anything) {
      assert.isString(text(value, "a", "b"))
      assert.isArray(list(value, "a"))
      assert.isObject(texts(value, "a"))
      assert.include(["number", "undefined"], typeof number(value, "a"))
    }
  })

  it("leaves out of a mapping what is no text", () => {
    assert.deepStrictEqual(texts({ labels: { app: "shop", replicas: 3, none: null } }, "labels"), { app: "shop" })
  })
})
