/**
 * The index of a package repository: which packages it has. It is fetched from an address that somebody wrote into an
 * object, so that size, time, redirects and content are bounded.
 *
 * @since 0.1.0
 */
import * as KubernetesYaml from "@holdfast/k8s-adapter/KubernetesYaml"
import * as Classification from "@holdfast/retry-core/Classification"
import * as Retry from "@holdfast/retry-core/Retry"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { type Answer, type Failure, httpGet } from "../internal/repository/httpGet.ts"

/**
 * What is read of an index.
 *
 * @category models
 * @since 0.1.0
 */
export interface RepositoryIndex {
  /** The names of the packages, in the order of the index. */
  readonly packages: ReadonlyArray<string>
}

/**
 * The index cannot be had.
 *
 * @category errors
 * @since 0.1.0
 */
export class IndexError extends Data.TaggedError("IndexError")<{
  readonly reason: "unreachable" | "status" | "redirects" | "too-large" | "malformed" | "timeout"
  /** The address that was asked last. */
  readonly url: string
  /** What happened, in words. */
  readonly detail: string
  readonly isTransient: boolean
  /** How long the server asks to be left alone. */
  readonly retryAfter?: Duration.Duration
}> {
  override get message(): string {
    return `${this.url}: ${this.detail}`
  }
}

/**
 * The limits of a fetch: 4 attempts of 15 seconds in a minute.
 *
 * @category constructors
 * @since 0.1.0
 */
export const policy: RetryPolicy.RetryPolicy = RetryPolicy.make({
  maxAttempts: 4,
  baseDelay: "500 millis",
  maxDelay: "5 seconds",
  attemptTimeout: "15 seconds",
  deadline: "1 minute"
})

const maxBytes = 2 * 1024 * 1024
const maxRedirects = 5

/**
 * Fetches and reads the index of the repository at an address, which ends with a slash.
 *
 * A redirect is followed without the login, also to the same server: where it leads is the server's choice, and the login
 * is not. It is not followed from HTTPS to HTTP.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fetch = (
  repository: URL,
  authorization: Redacted.Redacted | undefined
): Effect.Effect<RepositoryIndex, IndexError> =>
  Effect.flatMap(follow(new URL("index.yaml", repository), authorization, maxRedirects), ({ body, url }) =>
    Effect.fromResult(parse(body, printable(url)))
  ).pipe(
    Retry.retry({
      name: "repository index",
      policy,
      classify: (error: IndexError) =>
        error.isTransient
          ? Classification.transient({ kind: "repository", retryAfter: error.retryAfter, note: error.detail })
          : Classification.permanent
    }),
    Effect.mapError((error) => {
      const last = error._tag === "IndexError" ? error : error.cause
      if (last._tag === "IndexError") return last
      return new IndexError({ reason: "timeout", url: printable(repository), detail: last.message, isTransient: true })
    })
  )

const follow: (
  url: URL,
  authorization: Redacted.Redacted | undefined,
  redirectsLeft: number
) => Effect.Effect<{ readonly body: string; readonly url: URL }, IndexError> = Effect.fnUntraced(
  function* (url, authorization, redirectsLeft) {
    const refuse = (reason: IndexError["reason"], detail: string) =>
      Effect.fail(new IndexError({ reason, url: printable(url), detail, isTransient: false }))
    const answer = yield* Effect.mapError(httpGet(url, { authorization, maxBytes }), (failure) => broken(url, failure))
    const { body, headers, status } = answer
    if (status === 200) return { body, url }
    if (![301, 302, 303, 307, 308].includes(status)) return yield* unexpected(url, answer)
    const { location } = headers
    if (location === undefined || !URL.canParse(location, url.href)) {
      return yield* refuse("redirects", "the server redirects to nowhere")
    }
    const next = new URL(location, url)
    if (redirectsLeft === 0) return yield* refuse("redirects", `more than ${maxRedirects} redirects`)
    if (next.protocol !== "https:" && next.protocol !== url.protocol) {
      return yield* refuse("redirects", `the server redirects to ${next.protocol}//, which is not followed`)
    }
    next.username = ""
    next.password = ""
    return yield* follow(next, undefined, redirectsLeft - 1)
  }
)

/** Redirects lead to signed addresses, whose query is a secret. */
const printable = (url: URL): string => `${url.origin}${url.pathname}`

const broken = (url: URL, failure: Failure): IndexError => {
  if (failure._tag === "TooLarge") {
    const detail = `the index is larger than ${maxBytes} bytes`
    return new IndexError({ reason: "too-large", url: printable(url), detail, isTransient: false })
  }
  // A certificate that is not trusted does not become so within the minute.
  const isTransient = !/CERT|SIGNATURE|SELF_SIGNED|ISSUER|ERR_TLS|ERR_SSL|EPROTO/.test(failure.code)
  const detail = failure.text.includes(failure.code) ? failure.text : `${failure.text} (${failure.code})`
  return new IndexError({ reason: "unreachable", url: printable(url), detail, isTransient })
}

const unexpected = (url: URL, { headers, status }: Answer): Effect.Effect<never, IndexError> => {
  const hint =
    status === 401 || status === 403
      ? ": check spec.auth"
      : status === 404
        ? ": check spec.url, below which index.yaml has to be"
        : ""
  const seconds = Number(headers["retry-after"])
  return Effect.fail(
    new IndexError({
      reason: "status",
      url: printable(url),
      detail: `the server answers ${status}${hint}`,
      isTransient: status >= 500 || status === 429 || status === 408,
      ...(seconds > 0 && { retryAfter: Duration.seconds(seconds) })
    })
  )
}

/**
 * Reads the text of an index.
 *
 * **Example** (Counting packages)
 *
 * ```ts import.meta.vitest
 * import { Result } from "effect"
 * import * as RepositoryIndex from "@holdfast/operator/repository/RepositoryIndex"
 *
 * const index = RepositoryIndex.parse("packages:\n- name: cert-manager\n- name: keptn\n", "https://example.org/index.yaml")
 * Result.getOrThrow(index).packages // => ["cert-manager", "keptn"]
 * ```
 *
 * @category decoding
 * @since 0.1.0
 */
export const parse = (text: string, url: string): Result.Result<RepositoryIndex, IndexError> => {
  const malformed = (detail: string) =>
    Result.fail(new IndexError({ reason: "malformed", url, detail, isTransient: false }))
  if (/^\s*<(!doctype\s+html|html)\b/i.test(text)) return malformed("the answer is a web page, not an index")
  const documents = KubernetesYaml.parse(text)
  if (Result.isFailure(documents)) return malformed(`the index is not valid YAML: ${documents.failure.detail}`)
  const [first, ...more] = documents.success
  const { packages } = (first?.value ?? {}) as { readonly packages?: unknown }
  if (more.length > 0 || !Array.isArray(packages)) return malformed("the index has no list of packages")
  const names = packages.map((each) => (each as { readonly name?: unknown } | null)?.name)
  const wrong = names.findIndex((name) => typeof name !== "string" || name === "")
  return wrong < 0
    ? Result.succeed({ packages: names as ReadonlyArray<string> })
    : malformed(`the package at position ${wrong + 1} of the index has no name`)
}
