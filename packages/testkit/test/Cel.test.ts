import { assert, describe, it } from "@effect/vitest"
import { evaluate } from "../src/internal/cel/Evaluate.ts"

const self = { name: "mug", size: 3, tags: ["a", "b"], nested: { deep: true }, at: "2030-01-01T00:00:00Z", none: null }

describe("The expression language of rules", () => {
  it.each([
    ["self.size > 2 && self.size <= 3", true],
    ["self.size == 3 ? 'three' : 'other'", "three"],
    ["1 + 2 * 3 - 4", 3],
    ["7 / 2", 3],
    ["-self.size % 2", -1],
    ["has(self.name) && !has(self.colour)", true],
    ["self.name.startsWith('m') && self.name.endsWith('g') && self.name.contains('u')", true],
    ["self.name.matches('^[a-z]+$')", true],
    ["self.tags.all(t, t.size() == 1)", true],
    ["self.tags.exists(t, t == 'b')", true],
    ["self.tags.exists_one(t, t == 'c')", false],
    ["self.tags.map(t, t + '!')", ["a!", "b!"]],
    ["self.tags.filter(t, t != 'a')", ["b"]],
    ["size(self.tags) == 2 && 'a' in self.tags", true],
    ["'name' in self", true],
    ["self.nested.deep || self.missing.field", true],
    ["self.missing.field || self.nested.deep", true],
    ["self['name'] == \"mug\"", true],
    ["[1, 2] + [3]", [1, 2, 3]],
    ["{'a': 1}['a']", 1],
    ["timestamp(self.at) < timestamp('2031-01-01T00:00:00Z')", true],
    ["duration('1h30m') == duration('90m')", true],
    ["self.?missing.orValue('default')", "default"],
    ["self.none == null", true],
    ["type(self.tags) == list", undefined],
    ["r'\\d' + '\\n'", "\\d\n"]
  ])("%s", (rule, expected) => {
    if (expected === undefined) assert.throws(() => evaluate(rule, { self }), /undeclared reference to 'list'/)
    else assert.deepStrictEqual(evaluate(rule, { self }), expected)
  })

  it("says what is missing", () => {
    assert.throws(() => evaluate("self.colour == 'red'", { self }), "no such key: colour")
    assert.throws(() => evaluate("other", { self }), "undeclared reference to 'other' (in container '')")
    assert.throws(() => evaluate("self.name + 1", { self }), "no such overload: _+_")
    assert.throws(() => evaluate("self.size >", { self }), /Syntax error/)
  })
})
