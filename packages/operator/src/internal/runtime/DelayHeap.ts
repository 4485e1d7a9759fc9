/** Keys with the time at which each is due, earliest first; a key is in it at most once. */
export class DelayHeap {
  readonly #due = new Map<string, number>()
  /** A binary heap. Entries that no longer agree with `#due` are leftovers, and are dropped when they come up. */
  #heap: Array<readonly [due: number, key: string]> = []

  get size(): number {
    return this.#due.size
  }

  /** Puts a key in, or moves it to an earlier time; a later time changes nothing. Tells whether the key was moved. */
  add(key: string, due: number): boolean {
    const old = this.#due.get(key)
    if (old !== undefined && old <= due) return false
    this.#due.set(key, due)
    this.#push([due, key])
    return true
  }

  delete(key: string): void {
    this.#due.delete(key)
    // Keys that come and go before they are due must not pile up.
    if (this.#heap.length > 64 && this.#heap.length > 4 * this.#due.size) this.#rebuild()
  }

  clear(): void {
    this.#due.clear()
    this.#heap = []
  }

  /** When the earliest key is due. */
  next(): number | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (this.#due.get(top[1]) === top[0]) return top[0]
      this.#pop()
    }
    return undefined
  }

  /** Takes out the keys that are due, in order. */
  takeDue(now: number): ReadonlyArray<string> {
    const keys: Array<string> = []
    for (let due = this.next(); due !== undefined && due <= now; due = this.next()) {
      const key = this.#pop()[1]
      this.#due.delete(key)
      keys.push(key)
    }
    return keys
  }

  #rebuild(): void {
    this.#heap = []
    for (const [key, due] of this.#due) this.#push([due, key])
  }

  #push(entry: readonly [number, string]): void {
    const heap = this.#heap
    let at = heap.push(entry) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent] as readonly [number, string]
      if (above[0] <= entry[0]) break
      heap[at] = above
      at = parent
    }
    heap[at] = entry
  }

  #pop(): readonly [number, string] {
    const heap = this.#heap
    const top = heap[0] as readonly [number, string]
    const last = heap.pop() as readonly [number, string]
    if (heap.length === 0) return top
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const right = left + 1
      const [leftDue] = heap[left] ?? [Number.POSITIVE_INFINITY]
      const [rightDue] = heap[right] ?? [Number.POSITIVE_INFINITY]
      if (Math.min(leftDue, rightDue) >= last[0]) break
      const child = leftDue <= rightDue ? left : right
      heap[at] = heap[child] as readonly [number, string]
      at = child
    }
    heap[at] = last
    return top
  }
}
