/** Things to do, in the order of their times; equal times keep the order in which they were added. */
export interface Timeline {
  readonly add: (at: number, run: () => void) => void
  /** Takes the next thing that is due by `end`. */
  readonly next: (end: number) => { readonly at: number; readonly run: () => void } | undefined
}

interface Entry {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

/** Makes an empty timeline: a binary heap. */
export const make = (): Timeline => {
  const heap: Array<Entry> = []
  let order = 0
  const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
  const at = (index: number): Entry => heap[index] as Entry
  const swap = (i: number, j: number): void => {
    const entry = at(i)
    heap[i] = at(j)
    heap[j] = entry
  }
  const sink = (from: number): void => {
    for (let index = from; ; ) {
      const left = 2 * index + 1
      if (left >= heap.length) return
      const child = left + 1 < heap.length && isBefore(at(left + 1), at(left)) ? left + 1 : left
      if (!isBefore(at(child), at(index))) return
      swap(child, index)
      index = child
    }
  }
  return {
    add: (time, run) => {
      heap.push({ at: time, order: order++, run })
      for (let index = heap.length - 1; index > 0; ) {
        const parent = (index - 1) >> 1
        if (!isBefore(at(index), at(parent))) return
        swap(index, parent)
        index = parent
      }
    },
    next: (end) => {
      const first = heap[0]
      if (first === undefined || first.at > end) return undefined
      swap(0, heap.length - 1)
      heap.pop()
      sink(0)
      return first
    }
  }
}
