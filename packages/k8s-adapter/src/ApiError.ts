/**
 * One tagged error for each reason that the API server gives when it does not do what it was asked.
 *
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/types.go `StatusReason`
 * @since 0.1.0
 */
import type * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import { toJson } from "./internal/errorJson.ts"

/**
 * One detail of a refusal: a field and what is wrong with it, or the manager that owns it.
 *
 * @category models
 * @since 0.1.0
 */
export interface StatusCause {
  readonly reason?: string
  readonly message?: string
  /** A path into the object: `spec.containers[0].image`. */
  readonly field?: string
}

/**
 * What the API server's answer was about.
 *
 * @category models
 * @since 0.1.0
 */
export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: ReadonlyArray<StatusCause>
  readonly retryAfterSeconds?: number
}

/**
 * What all errors that come out of an answer of the API server hold.
 *
 * @category models
 * @since 0.1.0
 */
export interface ApiErrorFields {
  /** The HTTP status. */
  readonly status: number
  /** The API's own word for it, in upper camel case; empty when the answer had none. */
  readonly reason: string
  /** What the server wrote. */
  readonly detail: string
  readonly method: string
  readonly url: string
  readonly details?: StatusDetails
  /** How long the server asks to wait before the next try. */
  readonly retryAfter?: Duration.Duration
  /** The original error, when the answer came through another client. */
  readonly cause?: unknown
}

/**
 * The constructor of an {@link ApiErrorFields} error class; `Extra` are the fields that the class has of its own.
 *
 * @category models
 * @since 0.1.0
 */
export interface ApiErrorClass<Tag extends string> {
  new <Extra extends object = object>(
    fields: ApiErrorFields & Readonly<Extra>
  ): Cause.YieldableError & { readonly _tag: Tag; readonly hint: string } & ApiErrorFields & Readonly<Extra>
}

const apiError = <Tag extends string>(tag: Tag, hint: (error: ApiErrorFields) => string): ApiErrorClass<Tag> =>
  class extends Data.TaggedError(tag)<ApiErrorFields> {
    override get message(): string {
      const about = this.detail === "" ? (this.reason === "" ? `status ${this.status}` : this.reason) : this.detail
      const request = `${this.method} ${this.url}`.trim()
      return `${request === "" ? "The API server answered" : request}: ${about} (${this.status}). ${this.hint}`
    }

    get hint(): string {
      return hint(this)
    }

    override toJSON(): unknown {
      return toJson(this)
    }
  } as unknown as ApiErrorClass<Tag>

/**
 * 401: the server does not know who is asking.
 *
 * @category errors
 * @since 0.1.0
 */
export class Unauthorized extends apiError(
  "Unauthorized",
  () => "Log in again: the token or client certificate is missing, expired or not this cluster's."
) {}

/**
 * 403: the server knows who is asking, and does not allow it (RBAC, quota, policy).
 *
 * @category errors
 * @since 0.1.0
 */
export class Forbidden extends apiError("Forbidden", (error) =>
  error.detail.includes("exceeded quota")
    ? "Free some of the quota or have it raised."
    : "Ask for the role that grants this, or check with: kubectl auth can-i."
) {}

/**
 * 404: there is no such object, or no such resource.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotFound extends apiError("NotFound", () => "Check name, namespace and context.") {}

/**
 * 409: an object of that name is there already, or is still being deleted.
 *
 * @category errors
 * @since 0.1.0
 */
export class AlreadyExists extends apiError(
  "AlreadyExists",
  () => "Apply the object instead of creating it, or choose another name."
) {}

/**
 * 409: somebody else changed the object since it was read, or owns fields of it (then `details.causes` names manager
 * and field).
 *
 * @category errors
 * @since 0.1.0
 */
export class Conflict extends apiError("Conflict", (error) =>
  error.details?.causes?.some((cause) => cause.reason === "FieldManagerConflict") === true
    ? "Leave these fields to their manager, or take them over by force if they are meant to be yours."
    : "Read the object again and repeat the change on the newest version."
) {}

/**
 * 410: the resource version or list continuation is older than what the server remembers.
 *
 * @category errors
 * @since 0.1.0
 */
export class Expired extends apiError("Expired", () => "List again and continue from there.") {}

/**
 * 422: the object does not pass validation; `details.causes` names the fields.
 *
 * @category errors
 * @since 0.1.0
 */
export class Invalid extends apiError("Invalid", ({ detail }) =>
  detail.includes("field is immutable")
    ? "Keep the field's old value, or delete the object and apply it again."
    : "Correct the named fields."
) {}

/**
 * An admission webhook or policy answered, and said no.
 *
 * **Gotchas**
 *
 * What it says is a person's text: it may quote a certificate error and still is none.
 *
 * @category errors
 * @since 0.1.0
 */
export class AdmissionDenied extends apiError(
  "AdmissionDenied",
  () => "Change the object so that the policy accepts it, or ask the policy's owner."
)<{
  /** The name of the webhook; `undefined` for a ValidatingAdmissionPolicy. */
  readonly webhook?: string
  /** The webhook's own words. */
  readonly explanation: string
}> {}

/**
 * 400: the request makes no sense to the server.
 *
 * @category errors
 * @since 0.1.0
 */
export class BadRequest extends apiError("BadRequest", () => "Correct the request: the server could not read it.") {}

/**
 * 405: the resource has no such verb.
 *
 * @category errors
 * @since 0.1.0
 */
export class MethodNotSupported extends apiError(
  "MethodNotSupported",
  () => "Use a verb that the resource offers: kubectl api-resources -o wide lists them."
) {}

/**
 * 406 or 415: server and client have no format in common.
 *
 * @category errors
 * @since 0.1.0
 */
export class UnsupportedMediaType extends apiError(
  "UnsupportedMediaType",
  () => "The server does not know this format or patch type: custom resources have no strategic patch."
) {}

/**
 * 413: the object is larger than the server takes (about 3 MiB for a request, 1.5 MiB for etcd).
 *
 * @category errors
 * @since 0.1.0
 */
export class RequestEntityTooLarge extends apiError(
  "RequestEntityTooLarge",
  () => "Make the object smaller, or split it."
) {}

/**
 * 429: the server, or one of its webhooks and disruption budgets, asks for patience.
 *
 * @category errors
 * @since 0.1.0
 */
export class TooManyRequests extends apiError(
  "TooManyRequests",
  () => "Wait as long as the server asks, then retry."
) {}

/**
 * 504, or 500 with reason `ServerTimeout`: the server gave up; the change may still have happened.
 *
 * @category errors
 * @since 0.1.0
 */
export class Timeout extends apiError("Timeout", () => "Retry; look at the load of etcd and webhooks if it stays.") {}

/**
 * 503: the server, or the aggregated API behind it, is not ready.
 *
 * @category errors
 * @since 0.1.0
 */
export class ServiceUnavailable extends apiError(
  "ServiceUnavailable",
  () => "Retry; if it stays, look at the API server, or at the pods of the aggregated API: kubectl get apiservices."
)<{
  /** The API service, `version.group`, where the answer named it. */
  readonly apiService?: string
}> {}

/**
 * The API server could not reach a webhook that it has to ask: no endpoints, refused, reset, timed out, or not
 * ready to speak TLS yet.
 *
 * @category errors
 * @since 0.1.0
 */
export class WebhookUnavailable extends apiError(
  "WebhookUnavailable",
  () =>
    "Retry; if it stays, look at the webhook's pods and Service, and whether a firewall lets the API server through."
)<{
  /** `webhook` for admission, `conversion-webhook` for a CRD's. */
  readonly where: "webhook" | "conversion-webhook"
  readonly webhook?: string
  /** The kind that was to be converted: `group/version, Kind=Name`. */
  readonly conversion?: string
  readonly host?: string
  /** What went wrong between API server and webhook. */
  readonly explanation: string
  /** Whether it can pass by itself; a wrong path or a plain-HTTP port does not. */
  readonly transient: boolean
}> {}

/**
 * 500: something broke inside the server, or behind it.
 *
 * @category errors
 * @since 0.1.0
 */
export class InternalError extends apiError(
  "InternalError",
  () => "Look into the API server's log for the moment of the request."
) {}

/**
 * A status that the API's reasons do not cover.
 *
 * @category errors
 * @since 0.1.0
 */
export class OtherStatus extends apiError(
  "OtherStatus",
  () => "The API server does not usually answer so: look at what stands between it and you."
) {}

/**
 * Every error of this module.
 *
 * @category errors
 * @since 0.1.0
 */
export type ApiError =
  | Unauthorized
  | Forbidden
  | NotFound
  | AlreadyExists
  | Conflict
  | Expired
  | Invalid
  | AdmissionDenied
  | BadRequest
  | MethodNotSupported
  | UnsupportedMediaType
  | RequestEntityTooLarge
  | TooManyRequests
  | Timeout
  | ServiceUnavailable
  | WebhookUnavailable
  | InternalError
  | OtherStatus
