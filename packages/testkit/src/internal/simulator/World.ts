/** What all parts of a run share. */
export interface World {
  readonly now: () => number
  readonly after: (delay: number, run: () => void) => void
  readonly note: (who: string, what: () => string) => void
  /** Asks the question of the run again, since somebody trusts or presents something else now. */
  readonly judge: () => void
  /** Asks it if that is a while ago, since certificates end without anybody's doing. */
  readonly judgeNowAndThen: () => void
  /** Whether the question is asked yet: a cluster gets some time to come up. */
  readonly isJudged: () => boolean
  /** Tells the processes that something changed. */
  readonly wakeAll: () => void
}
