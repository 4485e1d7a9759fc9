/**
 * What no report may hold, whoever wrote it into a message: private keys, bearer tokens, passwords in addresses.
 *
 * @since 0.1.0
 */

const removed = "[removed]"

const patterns: ReadonlyArray<readonly [pattern: RegExp, by: string]> = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, removed],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${removed}`],
  // A JSON web token, such as a service account has.
  [/\beyJ[A-Za-z0-9_-]{10,4096}\.[A-Za-z0-9_-]{0,8192}(?:\.[A-Za-z0-9_-]{0,4096})?/g, removed],
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]{1,512}@/gi, `$1${removed}@`],
  [
    /(\b(?:password|passwd|token|secret|api[-_]?key|client-key-data)["']?\s*[:=]\s*["']?)[^\s"',;&]{1,4096}/gi,
    `$1${removed}`
  ]
]

/**
 * Takes secrets out of a text.
 *
 * **Example** (A password in an address)
 *
 * ```ts import.meta.vitest
 * import * as Secrets from "@holdfast/cli/report/Secrets"
 *
 * Secrets.hide("GET https://me:hunter2@example.org/") // => "GET https://[removed]@example.org/"
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const hide = (text: string): string =>
  patterns.reduce((shown, [pattern, by]) => shown.replace(pattern, by), text)
