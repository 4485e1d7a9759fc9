/** A line of `--log-format json`. */
export interface Line {
  readonly time: string
  readonly event: string
  readonly subject?: string
  readonly [field: string]: unknown
}

/** The lines of `--log-format json` on standard error. */
export const linesOf = (stderr: string): ReadonlyArray<Line> =>
  stderr
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line)
