/** Reads a manifest from an address; every failure is a `ManifestError`. */
import { permanent, transient } from "@holdfast/retry-core/Classification"
import * as Retry from "@holdfast/retry-core/Retry"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import * as Effect from "effect/Effect"
import { ManifestError } from "../ManifestError.ts"
import { readStream } from "./manifestFiles.ts"
import { wordsOf } from "./nodeFailure.ts"

/** Servers of manifests hiccup for seconds, not for minutes. */
const policy = RetryPolicy.make({
  maxAttempts: 4,
  baseDelay: "500 millis",
  maxDelay: "4 seconds",
  attemptTimeout: "60 seconds",
  deadline: "2 minutes"
})

const transientStatus: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])

const rawAddress = (address: string): string =>
  /^https:\/\/github\.com\/[^/]+\/[^/]+\/blob\//.test(address)
    ? "A page on GitHub shows the file: use the address behind its Raw button."
    : "Open the address in a browser: it may ask for a login, or show the file inside of a page."

const statusFailure = (address: string, response: Response): ManifestError =>
  new ManifestError({
    reason: "http-status",
    source: address,
    status: response.status,
    detail: `the server answers ${response.status}${response.statusText === "" ? "" : ` ${response.statusText}`}`,
    hint:
      response.status === 404
        ? "Check the address, and that the release or branch in it exists."
        : response.status === 401 || response.status === 403
          ? "Addresses are read without a login: download the file and give its path."
          : "Try again later, or download the file and give its path."
  })

const codeOf = (cause: unknown): { readonly code: string; readonly text: string } => {
  // fetch says "fetch failed", and why one level down.
  const inner = (cause as { readonly cause?: unknown } | null)?.cause ?? cause
  const { code, message } = inner as { readonly code?: unknown; readonly message?: unknown }
  return {
    code: typeof code === "string" ? code : "",
    text: wordsOf({ message: String(message ?? inner), reason: "" })
  }
}

const aboutCertificates = (code: string): boolean => /CERT|SIGNATURE|SELF_SIGNED|ISSUER|INVALID_PURPOSE/.test(code)

const networkFailure = (address: string, cause: unknown): ManifestError => {
  const { code, text } = codeOf(cause)
  return new ManifestError({
    reason: "unreachable",
    source: address,
    detail: `it cannot be read: ${text}`,
    hint: aboutCertificates(code)
      ? "Its certificate is not trusted: name the file of its CA in NODE_EXTRA_CA_CERTS, or download the manifest and give its path."
      : "Check the address and the network, or download the file and give its path.",
    cause
  })
}

const isTransient = (error: ManifestError): boolean => {
  if (error.status !== undefined) return transientStatus.has(error.status)
  if (error.reason !== "unreachable") return false
  const { code } = codeOf(error.cause)
  return !aboutCertificates(code) && code !== "ERR_INVALID_URL" && !code.startsWith("ERR_SSL")
}

const webPage = (text: string, response: Response): boolean =>
  /^\s*<(!doctype\s+html|html|head|body)\b/i.test(text) ||
  ((response.headers.get("content-type") ?? "").includes("text/html") && /^\s*</.test(text))

const attempt: (address: string) => Effect.Effect<string, ManifestError> = Effect.fnUntraced(function* (address) {
  const response = yield* Effect.tryPromise({
    try: (signal) => fetch(address, { signal }),
    catch: (cause) => networkFailure(address, cause)
  })
  if (!response.ok) {
    yield* Effect.promise(async () => response.body?.cancel())
    return yield* statusFailure(address, response)
  }
  const text = yield* readStream(response.body ?? [], address).pipe(
    Effect.mapError((error) => (error.reason === "unreadable" ? networkFailure(address, error.cause) : error))
  )
  if (webPage(text, response)) {
    return yield* new ManifestError({
      reason: "not-a-manifest",
      source: address,
      detail: "the answer is a web page, not a manifest",
      hint: rawAddress(address)
    })
  }
  if (text.trim() === "") {
    return yield* new ManifestError({
      reason: "empty",
      source: address,
      detail: "the answer is empty",
      hint: "Check the address, or download the file and give its path."
    })
  }
  return text
})

export const download = (address: string): Effect.Effect<string, ManifestError> =>
  attempt(address).pipe(
    Retry.retry({
      name: `GET ${address}`,
      policy,
      classify: (error: ManifestError) => (isTransient(error) ? transient({ kind: "download" }) : permanent)
    }),
    Effect.mapError((error) => {
      const last = error._tag === "ManifestError" ? error : error.cause
      return last._tag === "ManifestError"
        ? last
        : new ManifestError({
            reason: "timeout",
            source: address,
            detail: last.message,
            hint: "Check the network, or download the file and give its path.",
            cause: last
          })
    })
  )
