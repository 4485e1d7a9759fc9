/**
 * The `kubectl` that a person would type for the same cluster.
 *
 * @since 0.1.0
 */
import type { connectionFlags } from "../CommandFlags.ts"
import type { Values } from "../commandline/Flag.ts"

/**
 * Quotes a word for a POSIX shell where it needs it.
 *
 * @category formatting
 * @since 0.1.0
 */
export const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/**
 * `kubectl` with the connection flags that were given; a token is left out, since what is printed is kept.
 *
 * @category formatting
 * @since 0.1.0
 */
export const kubectl = (flags: Values<typeof connectionFlags>): string => {
  const given = (
    [
      ["kubeconfig", flags.kubeconfig],
      ["context", flags.context],
      ["cluster", flags.cluster],
      ["user", flags.user],
      ["server", flags.server]
    ] as const
  ).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${quote(value)}`]))
  return ["kubectl", ...given].join(" ")
}
