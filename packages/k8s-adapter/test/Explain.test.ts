import { assert, describe, it } from "@effect/vitest"
import * as Explain from "@holdfast/k8s-adapter/Explain"
import * as Result from "effect/Result"
import * as fc from "fast-check"

describe("answerLine", () => {
  it("answers a question with its id and the five fields, in this order", () => {
    const line = JSON.stringify({ id: 7, message: "fetch failed", code: "CERT_HAS_EXPIRED", errno: 1 })
    const answer = Result.getOrThrow(Explain.answerLine(line, 1))
    assert.deepStrictEqual(Object.keys(answer), ["id", "certificate", "reason", "where", "transient", "advice"])
    assert.deepStrictEqual([answer.id, answer.certificate, answer.reason], [7, true, "expired"])
  })

  it("answers null for reason and where when it is about something else", () => {
    const answer = Result.getOrThrow(Explain.answerLine('{"message":"connection refused"}', 1))
    assert.deepStrictEqual([answer.id, answer.certificate, answer.reason, answer.where], [null, false, null, null])
    assert.isTrue(answer.transient)
  })

  it("tells a broken line by its number", () => {
    const broken = (text: string) => Result.getOrThrow(Result.flip(Explain.answerLine(text, 3))).message
    assert.strictEqual(broken("{"), "line 3: not JSON")
    assert.strictEqual(broken(""), "line 3: not JSON")
    assert.strictEqual(broken("[1]"), "line 3: not a JSON object")
    assert.strictEqual(broken("null"), "line 3: not a JSON object")
    assert.strictEqual(broken('{"id":"a","message":5}'), 'line 3: no "message"')
  })

  it("never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        Explain.answerLine(text, 1)
      })
    )
  }, 60_000)
})
