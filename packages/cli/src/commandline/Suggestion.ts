/**
 * "Did you mean": the nearest known word to a mistyped one.
 *
 * @since 0.1.0
 */

/** Edits (insert, delete, replace, swap of neighbours) between two short words. */
const distance = (a: string, b: string): number => {
  let before: Array<number> = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(
        (previous[j] as number) + 1,
        (current[j - 1] as number) + 1,
        (previous[j - 1] as number) + (same ? 0 : 1)
      )
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] as number) + 1)
      }
      current.push(cost)
    }
    before = previous
    previous = current
  }
  return previous[b.length] as number
}

/**
 * The known word that is nearest to `word`, if one is near enough to be what was meant: it starts with `word`, or a third
 * of its letters or fewer differ.
 *
 * **Example** (A slip of the finger)
 *
 * ```ts import.meta.vitest
 * import * as Suggestion from "@holdfast/cli/commandline/Suggestion"
 *
 * Suggestion.nearest("bootstarp", ["apply", "bootstrap"]) // => "bootstrap"
 * Suggestion.nearest("frobnicate", ["apply", "bootstrap"]) // => undefined
 * ```
 *
 * @category queries
 * @since 0.1.0
 */
export const nearest = (word: string, known: Iterable<string>): string | undefined => {
  if (word.length > 64) return undefined
  let best: { readonly name: string; readonly edits: number } | undefined
  for (const name of known) {
    const edits = word.length > 2 && name.startsWith(word) ? 0.5 : distance(word, name)
    if (edits <= Math.max(1, Math.floor(name.length / 3)) && edits < name.length && edits < (best?.edits ?? Infinity)) {
      best = { name, edits }
    }
  }
  return best?.name
}
