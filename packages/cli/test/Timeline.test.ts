import { assert, describe, it } from "@effect/vitest"
import * as TextWidth from "@holdfast/cli/output/TextWidth"
import * as Timeline from "@holdfast/cli/output/Timeline"

const entries: ReadonlyArray<Timeline.TimelineEntry> = [
  {
    at: 120,
    subject: "packagerepository.packages.glasskube.dev/glasskube",
    attempt: 1,
    outcome: "failed",
    webhook: "vpackagerepository.kb.io",
    reason: "unknown-authority",
    delay: 200,
    waited: 150,
    endedBy: "wake",
    hint: "the caBundle of ValidatingWebhookConfiguration glasskube was changed"
  },
  { at: 300, subject: "packagerepository.packages.glasskube.dev/glasskube", attempt: 2, outcome: "succeeded" }
]

describe("Timeline", () => {
  it("is a table where there is room", () => {
    const [heading, first, second] = Timeline.render(entries, 200).split("\n")
    assert.match(heading ?? "", /^TIME +OBJECT +ATTEMPT +RESULT +THEN WAITED$/)
    assert.match(
      first ?? "",
      /^120 ms +packagerepository\S+ +1 +failed: unknown-authority +150 ms \(woken: the caBundle/
    )
    assert.match(second ?? "", /^300 ms +packagerepository\S+ +2 +succeeded$/)
  })

  it("keeps time, reason and wait of every attempt in sight on 40 columns", () => {
    const text = Timeline.render(entries, 40)
    for (const line of text.split("\n")) assert.isAtMost(TextWidth.width(line), 40)
    assert.match(text, /120 ms {2}1: failed: unknown-authority/)
    assert.match(text, /waited 150 ms \(woken/)
    assert.match(text, /300 ms {2}2: succeeded/)
  })
})
