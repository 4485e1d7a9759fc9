import { assert, describe, it } from "@effect/vitest"
import * as Calendar from "@holdfast/cli/certs/Calendar"
import * as Paint from "@holdfast/cli/output/Paint"
import * as TextWidth from "@holdfast/cli/output/TextWidth"
import * as fc from "fast-check"

const day = 86_400_000
const now = new Date("2026-11-24T00:00:00Z")
const at = (days: number) => new Date(now.getTime() + days * day)

const bars: ReadonlyArray<Calendar.Bar> = [
  { name: "expired.shop.svc", notBefore: at(-80), notAfter: at(-20) },
  { name: "hook.shop.svc", notBefore: at(-60), notAfter: at(20) },
  { name: "next.shop.svc", notBefore: at(60), notAfter: at(150) },
  { name: "a-very-long-name-of-an-authority.example.org", notBefore: at(-400), notAfter: at(4000) }
]

const drawn = (columns: number, ahead = 365 * day, colours = false) =>
  Calendar.render(bars, { now, ahead, columns, paint: Paint.make(colours) })

describe("Calendar", () => {
  it("draws on 120 columns", () => {
    assert.strictEqual(
      `\n${drawn(120)}`,
      `
                                       Sep Oct  Nov Dec  2027     Mar Apr  May Jun  Jul Aug  Sep Oct  Nov
expired.shop.svc                       ░░░░░░░░░░  │                                                       20d ago
hook.shop.svc                             ░░░░░░░░░│███                                                    in 20d
next.shop.svc                                      │        ██████████████                                 begins in 60d
a-very-long-name-of-an-authority.exa… ◀░░░░░░░░░░░░│█████████████████████████████████████████████████████▶ in 10y
`
    )
  })

  it("draws on 40 columns", () => {
    assert.strictEqual(
      `\n${drawn(40)}`,
      `
           Sep 2027 Jun
expired.s… ░░░│            20d ago
hook.shop…  ░░│            in 20d
next.shop…    │████        begins in 60d
a-very-lo… ◀░░│██████████▶ in 10y
`
    )
  })

  it("keeps to its columns, with a scale in order, whatever the span", () => {
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 300 }), fc.integer({ min: 1, max: 100_000 }), (columns, hours) => {
        const lines = drawn(columns, hours * 3_600_000)
          .trimEnd()
          .split("\n")
        assert.isTrue(lines.every((line) => TextWidth.width(line) <= columns))
        assert.strictEqual(lines.length, bars.length + 1)
      })
    )
  })

  it("paints what has ended, ends soon and has not begun in colours of their own, when it may", () => {
    assert.notInclude(drawn(80), "\u001b")
    const [, expired, soon, early] = drawn(80, 365 * day, true).split("\n")
    assert.include(expired, "\u001b[31m")
    assert.include(soon, "\u001b[33m")
    assert.include(early, "\u001b[36m")
  })

  it("has nothing to draw but the scale where there is no certificate", () => {
    const lines = Calendar.render([], { now, ahead: 365 * day, columns: 80, paint: Paint.make(false) })
    assert.match(lines, /^ *Sep .*2027.*\n$/)
  })
})
