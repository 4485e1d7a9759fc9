/**
 * The API's reasons and the errors that stand for them.
 *
 * Source: apimachinery/pkg/apis/meta/v1/types.go (`StatusReason`).
 */
import * as ApiError from "../ApiError.ts"

type Fields = ApiError.ApiErrorFields

/** The API's own reasons; a reason that stands here decides, whatever the status. */
const byReason: { readonly [reason: string]: (fields: Fields) => ApiError.ApiError } = {
  Unauthorized: (fields) => new ApiError.Unauthorized(fields),
  Forbidden: (fields) => new ApiError.Forbidden(fields),
  NotFound: (fields) => new ApiError.NotFound(fields),
  AlreadyExists: (fields) => new ApiError.AlreadyExists(fields),
  Conflict: (fields) => new ApiError.Conflict(fields),
  Gone: (fields) => new ApiError.Expired(fields),
  Expired: (fields) => new ApiError.Expired(fields),
  Invalid: (fields) => new ApiError.Invalid(fields),
  BadRequest: (fields) => new ApiError.BadRequest(fields),
  MethodNotAllowed: (fields) => new ApiError.MethodNotSupported(fields),
  NotAcceptable: (fields) => new ApiError.UnsupportedMediaType(fields),
  UnsupportedMediaType: (fields) => new ApiError.UnsupportedMediaType(fields),
  RequestEntityTooLarge: (fields) => new ApiError.RequestEntityTooLarge(fields),
  TooManyRequests: (fields) => new ApiError.TooManyRequests(fields),
  Timeout: (fields) => new ApiError.Timeout(fields),
  ServerTimeout: (fields) => new ApiError.Timeout(fields),
  ServiceUnavailable: (fields) => new ApiError.ServiceUnavailable({ ...fields, ...apiServiceOf(fields.url) }),
  InternalError: (fields) => new ApiError.InternalError(fields)
}

/** The reason that an HTTP status stands for, where the answer gives none. */
const reasonOf: { readonly [status: number]: string } = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  408: "Timeout",
  409: "Conflict",
  410: "Expired",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  502: "ServiceUnavailable",
  503: "ServiceUnavailable",
  504: "Timeout"
}

/** `/apis/metrics.k8s.io/v1beta1/nodes` is served by the APIService `v1beta1.metrics.k8s.io`. */
export const apiServiceOf = (url: string): { readonly apiService?: string } => {
  const found = /\/apis\/([a-z0-9][a-z0-9.-]{0,252})\/(v[a-z0-9]{1,60})(?:[/?]|$)/.exec(url.slice(0, 2000))
  return found === null ? {} : { apiService: `${found[2]}.${found[1]}` }
}

/** The error of an answer: by the reason that it gives, else by the one that its status stands for. */
export const ofReason = (fields: Fields): ApiError.ApiError => {
  const reason = Object.hasOwn(byReason, fields.reason) ? fields.reason : (reasonOf[fields.status] ?? "")
  return byReason[reason]?.(fields) ?? new ApiError.OtherStatus(fields)
}
