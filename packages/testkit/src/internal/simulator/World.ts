/** What all parts of a run share. */
export interface World {
  readonly now: () => number
  readonly after: (delay: number, run: () => void) => void
  readonly note: (who: string, what: () => string) => void
  /** Asks the question of the run again, since somebody trusts or presents something else now. */
  readonly judge: () => void
  /** Tells the processes that something changed. */
  readonly wakeAll: () => void
}
