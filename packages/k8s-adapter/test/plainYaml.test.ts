import { assert, describe, it } from "@effect/vitest"
import * as KubernetesYaml from "@holdfast/k8s-adapter/KubernetesYaml"
import { Result } from "effect"
import * as fc from "fast-check"
import { stringify } from "yaml"
import * as PlainYaml from "../src/internal/plainYaml.ts"

/** A text is read by the whole parser when something in it is not plain. */
const marker = "---\n# the whole parser's\nx: {}  # a comment behind a value\n"

const read = (text: string) => PlainYaml.read(text, KubernetesYaml.plainScalar)?.map(({ value }) => value)
const readWhole = (text: string): ReadonlyArray<unknown> | "refused" =>
  Result.match(KubernetesYaml.parse(`${text}\n${marker}`), {
    onSuccess: (documents) => documents.slice(0, -1).map(({ value }) => value),
    onFailure: () => "refused" as const
  })

const same = (text: string) => {
  const plain = read(text)
  if (plain !== undefined) assert.deepStrictEqual(plain, readWhole(text), text)
  return plain !== undefined
}

const kubeconfig = `apiVersion: v1
kind: Config
current-context: here
clusters:
- name: here
  cluster:
    server: https://127.0.0.1:6443
    certificate-authority-data: LS0tLS1CRUdJTg==
users:
  - name: "admin"
    user: {}
contexts:
-
  name: 'here'
  context:
    cluster: here
    user: admin
    namespace:
`

describe("plainYaml", () => {
  it("reads what kubectl and people write", () => {
    assert.isTrue(same(kubeconfig))
    assert.isTrue(same("a: 1\n---\n# nothing\n---\n- x\n- 0644\n- yes\n- -1\n- a b: c".replace("b: c", "b:c")))
    assert.deepStrictEqual(PlainYaml.read("# first\n\na: b\n---\nc: d\n", KubernetesYaml.plainScalar), [
      { value: { a: "b" }, line: 3 },
      { value: { c: "d" }, line: 5 }
    ])
  })

  it("leaves everything else to the whole parser", () => {
    const texts = [
      "a: [1]",
      "a: |\n  b",
      "a: &x b",
      "a: !!str 1",
      "a: b # c",
      "a: b\n  c",
      "a: b\na: c",
      'a: "\\n"',
      "a:\tb"
    ]
    const more = [
      "",
      "# only a comment",
      "hello",
      "1: a",
      "yes: a",
      "? a",
      "- - a",
      "a: .inf",
      "%YAML 1.1\n---\na: b",
      "--- a",
      "a: b\r\n"
    ]
    for (const text of [...texts, ...more, "a: b\n...", "<<: {}", "__proto__: a", "a: b: c", "a:\n  b: c\n d: e"]) {
      assert.isUndefined(read(text), text)
    }
  })

  it("reads any value that a program writes as the whole parser does", () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
    const key = fc.oneof(fc.constantFrom("name", "apiVersion", "a.b/c", "x-y", "on", "0"), word, fc.string())
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.oneof(
          word,
          fc.string(),
          fc.integer(),
          fc.double(),
          fc.boolean(),
          fc.constant(null),
          fc.constantFrom("0644", "~")
        ),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true })
      )
    }))
    let plain = 0
    fc.assert(
      fc.property(value, fc.boolean(), (written, indentSeq) => {
        if (same(stringify(written, { version: "1.1", lineWidth: 0, indentSeq, aliasDuplicateObjects: false }))) plain++
      }),
      { numRuns: 500 }
    )
    assert.isAbove(plain, 50)
  })

  it("reads any lines as the whole parser does, or not at all", () => {
    const part = fc.constantFrom(
      ...[
        "a",
        "b:",
        "c: ",
        "-",
        "- ",
        "  ",
        " ",
        "\n",
        "\n",
        "\n",
        "\n  ",
        "\n- ",
        "'x'",
        '"y"',
        "{}",
        "[]",
        "1",
        "#",
        ": ",
        "---",
        "\n---\n",
        "~",
        "null",
        "é",
        "<<"
      ]
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 14 }), (parts) => {
        same(parts.join(""))
      }),
      { numRuns: 3000 }
    )
  })
})
