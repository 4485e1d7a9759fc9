/**
 * The conversation between an API server and an admission webhook, `admission.k8s.io/v1`: what is asked, decoded
 * without trust in who asks, and what is answered.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#request
 * @since 0.1.0
 */
import { isKubernetesObject, type KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Data from "effect/Data"
import * as Result from "effect/Result"

/**
 * The `request` of an AdmissionReview.
 *
 * @category models
 * @since 0.1.0
 */
export interface AdmissionRequest {
  readonly uid: string
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT"
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string }
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string }
  readonly subResource: string | undefined
  /** Empty when the name is still to be generated. */
  readonly name: string
  /** `undefined` for cluster-scoped objects. */
  readonly namespace: string | undefined
  readonly dryRun: boolean
  readonly username: string
  readonly groups: ReadonlyArray<string>
  /** The object to come; `undefined` in a deletion. */
  readonly object: KubernetesObject | undefined
  /** The object that is there; `undefined` in a creation. */
  readonly oldObject: KubernetesObject | undefined
}

/**
 * One operation of RFC 6902.
 *
 * @category models
 * @since 0.1.0
 */
export type JsonPatchOperation =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string }
  | { readonly op: "move" | "copy"; readonly from: string; readonly path: string }

/**
 * What is said to a request.
 *
 * @category models
 * @since 0.1.0
 */
export type Verdict =
  | {
      readonly _tag: "Allowed"
      readonly patch: ReadonlyArray<JsonPatchOperation>
      readonly warnings: ReadonlyArray<string>
    }
  | {
      readonly _tag: "Denied"
      /** The HTTP status that the client gets. */
      readonly code: number
      readonly message: string
      readonly warnings: ReadonlyArray<string>
    }

/**
 * Lets the request pass.
 *
 * @category constructors
 * @since 0.1.0
 */
export const allowed = (
  options: {
    readonly patch?: ReadonlyArray<JsonPatchOperation>
    /** For the person who asked, each up to 120 characters by convention. */
    readonly warnings?: ReadonlyArray<string>
  } = {}
): Verdict => ({ _tag: "Allowed", patch: options.patch ?? [], warnings: options.warnings ?? [] })

/**
 * Refuses the request, with a message for the person who asked.
 *
 * @category constructors
 * @since 0.1.0
 */
export const denied = (
  message: string,
  options: {
    /** 403 unless given; 409 for what may pass later, 422 for a wrong field. */
    readonly code?: number
    readonly warnings?: ReadonlyArray<string>
  } = {}
): Verdict => ({ _tag: "Denied", code: options.code ?? 403, message, warnings: options.warnings ?? [] })

/**
 * The text is no AdmissionReview that can be answered.
 *
 * @category errors
 * @since 0.1.0
 */
export class MalformedReview extends Data.TaggedError("MalformedReview")<{
  /** The field that is wrong, as a path; empty for the text as a whole. */
  readonly field: string
  readonly expected: string
}> {
  override get message(): string {
    return `no AdmissionReview: ${this.field === "" ? "the body" : this.field} must be ${this.expected}`
  }
}

/**
 * Reads a request's body. Nothing of it is taken over that was not looked at, and nothing of it is in the error.
 *
 * **Example** (What is no review)
 *
 * ```ts import.meta.vitest
 * import { Result } from "effect"
 * import * as AdmissionReview from "@holdfast/operator/admission/AdmissionReview"
 *
 * const decoded = AdmissionReview.decode('{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{}}')
 * Result.isFailure(decoded) && decoded.failure.message // => "no AdmissionReview: request.uid must be a text"
 * ```
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode = (body: string): Result.Result<AdmissionRequest, MalformedReview> =>
  Result.flatMap(
    Result.try({ try: (): unknown => JSON.parse(body), catch: () => malformed("", "JSON") }),
    (review): Result.Result<AdmissionRequest, MalformedReview> => {
      if (!isRecord(review)) return fail("", "an object")
      if (review["apiVersion"] !== "admission.k8s.io/v1") return fail("apiVersion", "admission.k8s.io/v1")
      if (review["kind"] !== "AdmissionReview") return fail("kind", "AdmissionReview")
      const { request } = review
      if (!isRecord(request)) return fail("request", "an object")
      const { operation, uid } = request
      if (!isText(uid) || uid === "") return fail("request.uid", "a text")
      if (!isOperation(operation)) return fail("request.operation", "CREATE, UPDATE, DELETE or CONNECT")
      const kind = texts(request["kind"], ["group", "version", "kind"])
      if (kind === undefined) return fail("request.kind", "a group, a version and a kind")
      const resource = texts(request["resource"], ["group", "version", "resource"])
      if (resource === undefined) return fail("request.resource", "a group, a version and a resource")
      const userInfo = isRecord(request["userInfo"]) ? request["userInfo"] : {}
      for (const field of ["name", "namespace", "subResource"]) {
        if (request[field] !== undefined && !isText(request[field])) return fail(`request.${field}`, "a text")
      }
      for (const field of ["object", "oldObject"]) {
        const object = request[field]
        if (object !== undefined && object !== null && !isKubernetesObject(object)) {
          return fail(`request.${field}`, "an object with apiVersion, kind and metadata, or null")
        }
      }
      const groups = userInfo["groups"]
      return Result.succeed({
        uid,
        operation,
        kind,
        resource,
        subResource: textOr(request["subResource"], undefined) || undefined,
        name: textOr(request["name"], ""),
        namespace: textOr(request["namespace"], undefined) || undefined,
        dryRun: request["dryRun"] === true,
        username: textOr(userInfo["username"], ""),
        groups: Array.isArray(groups) ? groups.filter(isText) : [],
        object: (request["object"] ?? undefined) as KubernetesObject | undefined,
        oldObject: (request["oldObject"] ?? undefined) as KubernetesObject | undefined
      })
    }
  )

/**
 * Writes the answer to the request with this uid.
 *
 * @category encoding
 * @since 0.1.0
 */
export const encode = (uid: string, verdict: Verdict): string => {
  const warnings = verdict.warnings.length > 0 && { warnings: verdict.warnings }
  const response =
    verdict._tag === "Denied"
      ? {
          uid,
          allowed: false,
          status: { metadata: {}, status: "Failure", code: verdict.code, message: verdict.message },
          ...warnings
        }
      : {
          uid,
          allowed: true,
          ...(verdict.patch.length > 0 && {
            patchType: "JSONPatch",
            patch: Buffer.from(JSON.stringify(verdict.patch)).toString("base64")
          }),
          ...warnings
        }
  return JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response })
}

const malformed = (field: string, expected: string) => new MalformedReview({ field, expected })
const fail = (field: string, expected: string) => Result.fail(malformed(field, expected))

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === "string"
const textOr = <A>(value: unknown, other: A): string | A => (isText(value) ? value : other)
const isOperation = (value: unknown): value is AdmissionRequest["operation"] =>
  value === "CREATE" || value === "UPDATE" || value === "DELETE" || value === "CONNECT"

const texts = <K extends string>(value: unknown, keys: ReadonlyArray<K>): Record<K, string> | undefined => {
  if (!isRecord(value) || !keys.every((key) => isText(value[key]))) return undefined
  return Object.fromEntries(keys.map((key) => [key, value[key]])) as Record<K, string>
}
