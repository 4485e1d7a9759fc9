import { assert, describe, it } from "@effect/vitest"
import * as KubernetesYaml from "@holdfast/k8s-adapter/KubernetesYaml"
import { Result } from "effect"
import fc from "fast-check"
import * as YAML from "yaml"

const values = (text: string): ReadonlyArray<unknown> =>
  Result.getOrThrowWith(KubernetesYaml.parse(text), (problem) => new Error(JSON.stringify(problem))).map(
    (document) => document.value
  )

const problem = (text: string) => {
  const result = KubernetesYaml.parse(text)
  return Result.isFailure(result) ? result.failure : undefined
}

const json = (text: string) => JSON.stringify(values(text)[0])

describe("KubernetesYaml", () => {
  describe("a plain scalar", () => {
    // The column on the right is what kubectl makes of it (sigs.k8s.io/yaml 1.4 and its fork of yaml.v2).
    const cases: ReadonlyArray<readonly [string, string]> = [
      ["yes", "true"],
      ["on", "true"],
      ["y", "true"],
      ["NO", "false"],
      ["off", "false"],
      ["oN", `"oN"`],
      ["~", "null"],
      ["Null", "null"],
      ["nULL", `"nULL"`],
      ["0644", "420"],
      ["0o777", "511"],
      ["010", "8"],
      ["08", "8"],
      ["0x1F", "31"],
      ["-0x10", "-16"],
      ["0b101", "5"],
      ["1_000", "1000"],
      ["+12", "12"],
      ["-0", "0"],
      ["1.50", "1.5"],
      ["1e3", "1000"],
      ["1.", "1"],
      [".5", "0.5"],
      [".", `"."`],
      ["-", `"-"`],
      ["1e999", `"1e999"`],
      ["1.2.3", `"1.2.3"`],
      ["12:30:45", `"12:30:45"`],
      ["190:20:30", `"190:20:30"`],
      ["2026-11-23", `"2026-11-23"`],
      ["2026-11-23T10:00:00Z", `"2026-11-23T10:00:00Z"`],
      ["=", `"="`],
      ["100m", `"100m"`],
      ["9007199254740993", "9007199254740993"],
      ["18446744073709551615", "18446744073709551615"],
      ["18446744073709551616", "18446744073709552000"],
      ["-9223372036854775808", "-9223372036854775808"]
    ]
    it.each(cases)("%s is %s", (source, expected) => {
      assert.strictEqual(JSON.stringify(KubernetesYaml.plainScalar(source)), expected)
      if (source !== "-") assert.strictEqual(json(`a: ${source}`), `{"a":${expected}}`)
    })

    it("stays text when it is quoted, tagged as text, or a block", () => {
      assert.deepStrictEqual(values(`- "0644"\n- 'yes'\n- !!str 0644\n- |\n  yes\n`), [
        ["0644", "yes", "0644", "yes\n"]
      ])
    })

    it("takes the value of an explicit tag", () => {
      assert.deepStrictEqual(values(`- !!int "0644"\n- !!bool "yes"\n- !!binary aGk=\n`), [[420, true, "hi"]])
    })
  })

  describe("keys", () => {
    it("become strings by their value", () => {
      assert.deepStrictEqual(values("8080: a\nn: b\n0x10: c\n1.5: d\n"), [
        { "8080": "a", false: "b", "16": "c", "1.5": "d" }
      ])
    })

    it("are refused when given twice, with their place", () => {
      assert.deepInclude(problem("a: 1\nb: 2\na: 3\n"), { reason: "duplicate-key", line: 3, column: 1, document: 1 })
      assert.deepInclude(problem(`1: a\n"1": b\n`), { reason: "duplicate-key", line: 2 })
    })

    it("are refused when empty or not scalar", () => {
      assert.deepInclude(problem("? [a]\n: 1\n"), { reason: "malformed" })
      assert.deepInclude(problem("~: 1\n"), { reason: "malformed" })
    })

    it("may be __proto__ and change no prototype", () => {
      const [value] = values(`{"__proto__": {"polluted": true}}`)
      assert.isTrue(Object.hasOwn(value as object, "__proto__"))
      assert.isUndefined((value as { readonly polluted?: unknown }).polluted)
    })
  })

  describe("anchors and merges", () => {
    it("repeat what they name, own keys winning over merged ones and earlier sources over later", () => {
      assert.deepStrictEqual(values("a: &a {x: 1, z: 2}\nb: {<<: *a, z: 3}\nc: *a\nd: {<<: [{x: 9}, *a]}"), [
        { a: { x: 1, z: 2 }, b: { z: 3, x: 1 }, c: { x: 1, z: 2 }, d: { x: 9, z: 2 } }
      ])
    })

    it("are not bound to a hundred uses", () => {
      const uses = Array.from({ length: 500 }, () => "- *a").join("\n")
      assert.lengthOf(values(`a: &a {x: 1}\nb:\n${uses}\n`), 1)
    })

    it("are refused when they explode", () => {
      const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
      for (let i = 1; i < 12; i++) {
        lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(", ")}]`)
      }
      assert.deepInclude(problem(lines.join("\n")), { reason: "too-many-aliases" })
    })

    it("are refused when they contain themselves", () => {
      assert.deepInclude(problem("a: &a\n  b: *a\n"), { reason: "too-many-aliases", line: 2 })
      assert.deepInclude(problem("a: &a\n  <<: *a\n"), { reason: "too-many-aliases", line: 2 })
    })

    it("are refused when there is nothing to repeat", () => {
      assert.deepInclude(problem("a: *missing\n"), { reason: "malformed", line: 1, column: 4 })
    })
  })

  describe("a text", () => {
    it("may hold many documents, empty ones among them", () => {
      assert.deepStrictEqual(values("---\na: 1\n---\n---\n# nothing\n---\nb: 2\n...\n"), [
        { a: 1 },
        null,
        null,
        { b: 2 }
      ])
    })

    it("knows the line that a path starts at", () => {
      const documents = Result.getOrThrow(KubernetesYaml.parse("# head\na: 1\n---\nkind: X\nitems:\n- a: 1\n- a: 2\n"))
      assert.strictEqual(documents[0]?.lineOf([]), 2)
      assert.strictEqual(documents[1]?.lineOf([]), 4)
      assert.strictEqual(documents[1]?.lineOf(["items", 1]), 7)
    })

    it("is refused where it is malformed, with document, line and column", () => {
      assert.deepInclude(problem("a: 1\n---\nb: [1\n"), { reason: "malformed", document: 2 })
      assert.deepInclude(problem("a: 1\n b: 2\n"), { reason: "malformed", line: 1 })
      assert.deepInclude(problem("a: .inf\n"), { reason: "malformed", line: 1, column: 4 })
      assert.deepInclude(problem("a: !Ref x\n"), { reason: "malformed", line: 1 })
    })

    it("is refused, not crashed on, when it nests without end", () => {
      assert.deepInclude(problem("[".repeat(200_000)), { reason: "malformed" })
    })
  })

  it("reads every JSON text as JSON.parse does", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, 2, "\t"), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent)
        assert.deepStrictEqual(values(text)[0], JSON.parse(text.replaceAll(/(?<=^|[[,:\s])-0(?=$|[\],}\s])/g, "0")))
      }),
      { numRuns: 300 }
    )
  })

  it("reads what a YAML 1.1 writer writes", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as unknown
        assert.deepStrictEqual(json(YAML.stringify(plain, { version: "1.1" })), JSON.stringify(plain))
      }),
      { numRuns: 300 }
    )
  })

  it("never throws, whatever the text", () => {
    const word = fc.constantFrom(
      "a",
      ":",
      " ",
      "\n",
      "- ",
      "&a ",
      "*a",
      "<<",
      "{",
      "}",
      "[",
      "]",
      ",",
      "'",
      '"',
      "|",
      ">",
      "#",
      "---\n",
      "!!x ",
      "\t",
      "? ",
      "0",
      "~",
      "%YAML 1.2\n"
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.array(word).map((words) => words.join(""))
        ),
        (text) => {
          KubernetesYaml.parse(text)
        }
      ),
      { numRuns: 2000 }
    )
  })
})
