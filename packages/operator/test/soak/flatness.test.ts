import { assert, describe, it } from "@effect/vitest"
import { trends } from "./flatness.ts"
import type { Sample, Series } from "./Samples.ts"

/** Half an hour, a sample each ten seconds. */
const series = (heap: (index: number) => number, sockets: (index: number) => number = () => 20): Series => ({
  pid: 1,
  samples: Array.from(
    { length: 180 },
    (_, index): Sample => ({
      at: index * 10_000,
      heap: heap(index),
      external: 0,
      resident: 90_000_000,
      descriptors: 40,
      sockets: sockets(index),
      handles: 30
    })
  )
})

const grown = (given: Series) => trends(given, 900_000).flatMap(({ isFlat, quantity }) => (isFlat ? [] : [quantity]))
/** A sawtooth of a fifth. */
const noise = (index: number) => 4_000_000 * ((index % 7) / 7)

describe("The verdict of a soak", () => {
  it("is flat for what goes up and down, for a peak, and for a program that warms up", () => {
    assert.deepStrictEqual(grown(series((index) => 20_000_000 + noise(index))), [])
    assert.deepStrictEqual(grown(series((index) => (index === 179 ? 60_000_000 : 20_000_000))), [])
    assert.deepStrictEqual(grown(series((index) => 20_000_000 - 10_000_000 * Math.exp(-index / 10))), [])
  })

  it("tells 2 KB that are kept of each of ten requests a second, under the same noise", () => {
    assert.deepStrictEqual(grown(series((index) => 20_000_000 + noise(index) + index * 10 * 10 * 2000)), ["heap"])
  })

  it("does not take a replica that begins to lead for one that grows", () => {
    const leads = (at: number) => at > 1_400_000
    const given = series((index) => (leads(index * 10_000) ? 27_000_000 : 20_000_000))
    assert.isTrue(trends(given, 900_000, leads).every(({ isFlat }) => isFlat))
    assert.isFalse(
      trends(
        series((index) => 20_000_000 + index * 200_000),
        900_000,
        leads
      ).every(({ isFlat }) => isFlat)
    )
  })

  it("tells a socket that is kept every minute", () => {
    assert.deepStrictEqual(
      grown(
        series(
          () => 20_000_000,
          (index) => 20 + Math.floor(index / 6)
        )
      ),
      ["sockets"]
    )
  })
})
