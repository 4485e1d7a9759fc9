/** Whether what a process uses stays what it is, or grows. */
import type { Sample, Series } from "./Samples.ts"

/** What is judged, and how much it may grow in half of the run: so many, and such a part of what it is. */
const bounds = {
  heap: { of: ({ heap }: Sample) => heap, absolute: 500_000, part: 0.05 },
  resident: { of: ({ resident }: Sample) => resident, absolute: 5_000_000, part: 0.1 },
  sockets: { of: ({ sockets }: Sample) => sockets, absolute: 5, part: 0.2 },
  descriptors: { of: ({ descriptors }: Sample) => descriptors, absolute: 5, part: 0.2 },
  handles: { of: ({ handles }: Sample) => handles, absolute: 5, part: 0.2 }
} as const

export type Quantity = keyof typeof bounds

export const quantities = Object.keys(bounds) as ReadonlyArray<Quantity>

export const valueOf = (quantity: Quantity, sample: Sample): number => bounds[quantity].of(sample)

export interface Trend {
  readonly quantity: Quantity
  /** In the later half. */
  readonly median: number
  /** From the beginning of the later half to its end, by its slope; negative where less is used. */
  readonly growth: number
  readonly most: number
  readonly isFlat: boolean
}

/**
 * Judges the samples from `from` to the end. The slope is the median of the slopes of all pairs of samples (Theil and
 * Sen): a rotation that is under way at the end, or a single peak, does not change it. A replica that leads does more than
 * one that waits, so that only samples of the same role are compared.
 */
export const trends = (
  { samples }: Series,
  from: number,
  leads: (at: number) => boolean = () => false
): ReadonlyArray<Trend> => {
  const later = samples.filter(({ at }) => at >= from)
  const first = later[0]
  const last = later.at(-1)
  if (first === undefined || last === undefined) return []
  const isLeader = later.map(({ at }) => leads(at))
  const pairs = later.flatMap((one, i) =>
    later.flatMap((other, j) => (j > i && isLeader[i] === isLeader[j] ? [[one, other] as const] : []))
  )
  return quantities.map((quantity) => {
    const { absolute, of, part } = bounds[quantity]
    const slopes = pairs.map(([one, other]) => (of(other) - of(one)) / (other.at - one.at))
    const middle = median(later.map(of))
    const growth = median(slopes) * (last.at - first.at)
    const most = Math.max(absolute, part * middle)
    return { quantity, median: middle, growth, most, isFlat: growth <= most }
  })
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0
