/**
 * One line of a bench's table: our figure beside a peer's, from the same run.
 */

export interface Row {
  readonly name: string
  readonly ours: number
  readonly peer: number
  readonly peerName: string
  readonly unit: string
  /** Above 1 we are ahead. */
  readonly ratio: number
  /** The ratio that is asked for; none where the peer is there for orientation. */
  readonly goal?: number
  readonly runs: number
  /** The smallest and the largest ratio of a single run, where runs were paired. */
  readonly spread?: readonly [least: number, most: number]
}

/** What was measured, in the order of the runs. */
export interface Comparison {
  readonly name: string
  readonly unit: string
  readonly ours: ReadonlyArray<number>
  readonly peer: ReadonlyArray<number>
  readonly peerName: string
  readonly goal?: number
  /** Which is better: most figures are times and sizes. */
  readonly better?: "less" | "more"
}

const median = (numbers: ReadonlyArray<number>): number => percentile(numbers, 0.5)

/** The smallest figure that this share of all is no larger than. */
export const percentile = (numbers: ReadonlyArray<number>, share: number): number =>
  numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? Number.NaN

/** The row of medians; the spread is that of the pairs, since what the machine did beside a run hit both of its pair. */
export const compare = ({ better = "less", goal, name, ours, peer, peerName, unit }: Comparison): Row => {
  const ratioOf = (a: number, b: number) => (a === b ? 1 : better === "less" ? b / a : a / b)
  const pairs = ours.flatMap((figure, run) => {
    const other = peer[run]
    return other === undefined ? [] : [ratioOf(figure, other)]
  })
  const isPaired = ours.length === peer.length && pairs.length > 1
  return {
    name,
    ours: median(ours),
    peer: median(peer),
    peerName,
    unit,
    ratio: ratioOf(median(ours), median(peer)),
    runs: ours.length,
    ...(goal === undefined ? {} : { goal }),
    ...(isPaired ? { spread: [Math.min(...pairs), Math.max(...pairs)] } : {})
  }
}

/** A figure of ours beside what it is asked to be, where that is a limit and not a peer. */
export const limit = (name: string, unit: string, ours: ReadonlyArray<number>, most: number): Row => ({
  ...compare({ name, unit, ours, peer: [most], peerName: "limit", goal: 1 })
})
