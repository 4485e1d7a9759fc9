/**
 * The process that a command runs in: environment, streams, signals. Commands get it as a value, so that tests run them
 * in process with streams of their own.
 *
 * @since 0.1.0
 */

/**
 * A stream that a command writes text to.
 *
 * @category models
 * @since 0.1.0
 */
export interface Output {
  readonly write: (text: string | Uint8Array) => void
  readonly isTerminal: boolean
  /** Width in columns, asked again at each use since windows are resized. */
  readonly columns: () => number
  /** Height in rows. */
  readonly rows: () => number
  /** The reader has gone away (`| head -1`): what is written is dropped. */
  readonly isClosed: () => boolean
}

/**
 * What a command may use of its process.
 *
 * @category models
 * @since 0.1.0
 */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: { readonly bytes: () => AsyncIterable<Uint8Array>; readonly isTerminal: () => boolean }
  readonly stdout: Output
  readonly stderr: Output
  /** Aborted by Ctrl-C or SIGTERM; its reason is the signal's name. */
  readonly signal: AbortSignal
}
