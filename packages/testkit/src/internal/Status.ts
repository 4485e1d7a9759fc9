/** The API's answer when something is wrong: `Status` objects with the words of a real API server. */
import type { Json, JsonObject } from "./Json.ts"

interface StatusCause {
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: ReadonlyArray<StatusCause>
  readonly retryAfterSeconds?: number
}

/** Thrown inside the server; the HTTP layer answers with its `Status`. */
export class StatusError extends Error {
  readonly code: number
  readonly reason: string
  readonly details: StatusDetails | undefined
  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message)
    this.code = code
    this.reason = reason
    this.details = details
  }
  /** The `Status` object. */
  toStatus(): JsonObject {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      ...(this.reason === "" ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details as unknown as JsonObject }),
      code: this.code
    }
  }
}

export interface Resource {
  readonly group: string
  readonly plural: string
  readonly kind: string
}

const qualified = (resource: Resource) =>
  resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`

const details = (resource: Resource, name: string): StatusDetails => ({
  ...(name === "" ? {} : { name }),
  ...(resource.group === "" ? {} : { group: resource.group }),
  kind: resource.plural
})

export const notFound = (resource: Resource, name: string) =>
  new StatusError(404, "NotFound", `${qualified(resource)} "${name}" not found`, details(resource, name))

export const pathNotFound = () =>
  new StatusError(404, "NotFound", "the server could not find the requested resource", {})

export const alreadyExists = (resource: Resource, name: string, isBeingDeleted: boolean) =>
  new StatusError(
    409,
    "AlreadyExists",
    `${isBeingDeleted ? "object is being deleted: " : ""}${qualified(resource)} "${name}" already exists`,
    details(resource, name)
  )

export const conflict = (resource: Resource, name: string, why: string) =>
  new StatusError(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    details(resource, name)
  )

export const modified = "the object has been modified; please apply your changes to the latest version and try again"

export const badRequest = (message: string) => new StatusError(400, "BadRequest", message)

export const forbidden = (resource: Resource, name: string, why: string) =>
  new StatusError(
    403,
    "Forbidden",
    name === ""
      ? `${qualified(resource)} is forbidden: ${why}`
      : `${qualified(resource)} "${name}" is forbidden: ${why}`,
    details(resource, name)
  )

export const unauthorized = () => new StatusError(401, "Unauthorized", "Unauthorized")

export const internalError = (cause: string) =>
  new StatusError(500, "InternalError", `Internal error occurred: ${cause}`, { causes: [{ message: cause }] })

export const methodNotAllowed = () =>
  new StatusError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {})

export const unsupportedMediaType = (accepted: ReadonlyArray<string>) =>
  new StatusError(
    415,
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`
  )

export const expired = (message: string) => new StatusError(410, "Expired", message)

export const tooLargeResourceVersion = (wanted: number, current: number) =>
  new StatusError(504, "Timeout", `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1
  })

/** One complaint about a field, in the words of `field.Error`. */
export interface FieldError {
  readonly type:
    | "Required"
    | "Invalid"
    | "NotSupported"
    | "Forbidden"
    | "Duplicate"
    | "TooLong"
    | "TooMany"
    | "TypeInvalid"
  readonly field: string
  readonly value?: Json
  readonly detail: string
}

const causeReasons: Record<FieldError["type"], string> = {
  Required: "FieldValueRequired",
  Invalid: "FieldValueInvalid",
  NotSupported: "FieldValueNotSupported",
  Forbidden: "FieldValueForbidden",
  Duplicate: "FieldValueDuplicate",
  TooLong: "FieldValueTooLong",
  TooMany: "FieldValueTooMany",
  TypeInvalid: "FieldValueTypeInvalid"
}

const words: Record<FieldError["type"], string> = {
  Required: "Required value",
  Invalid: "Invalid value",
  NotSupported: "Unsupported value",
  Forbidden: "Forbidden",
  Duplicate: "Duplicate value",
  TooLong: "Too long",
  TooMany: "Too many",
  TypeInvalid: "Invalid value"
}

const errorBody = (error: FieldError): string => {
  const value =
    error.value === undefined || ["Required", "Forbidden", "TooLong"].includes(error.type)
      ? ""
      : `: ${JSON.stringify(error.value)}`
  return `${words[error.type]}${value}${error.detail === "" ? "" : `: ${error.detail}`}`
}

/** `spec.url: Required value`, as the message of an Invalid status lists it. */
const fieldErrorText = (error: FieldError): string => `${error.field}: ${errorBody(error)}`

export const invalid = (resource: Resource, name: string, errors: ReadonlyArray<FieldError>) => {
  const texts = [...new Set(errors.map(fieldErrorText))]
  const kind = resource.group === "" ? resource.kind : `${resource.kind}.${resource.group}`
  return new StatusError(
    422,
    "Invalid",
    `${kind} "${name}" is invalid: ${texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`}`,
    {
      ...(name === "" ? {} : { name }),
      ...(resource.group === "" ? {} : { group: resource.group }),
      kind: resource.kind,
      causes: errors.map((error) => ({
        reason: causeReasons[error.type],
        message: errorBody(error),
        field: error.field
      }))
    }
  )
}

/** A conversion webhook failed: no reason, only the code and the text; who reads storage makes more of it. */
export class ConversionFailure extends StatusError {
  constructor(message: string) {
    super(500, "", message)
  }
}

interface Stored {
  readonly resource: Resource
  readonly key: string
  readonly revision: string
}

const undecodable = (failure: ConversionFailure, revision: string) =>
  `object not decodable revision=${revision}: ${failure.message}`

const corrupt = (failure: ConversionFailure, { key, resource, revision }: Stored, prefix: string) =>
  `StorageError: corrupt object, Code: 7, Key: ${prefix}/${resource.group}/${resource.plural}/${key}, ResourceVersion: 0, AdditionalErrorMsg: ${undecodable(failure, revision)}`

/** What a reader of one object is told when it cannot be converted. */
export const corruptObject = (failure: ConversionFailure, stored: Stored) => internalError(corrupt(failure, stored, ""))

/** What a writer is told. */
export const undecodableObject = (failure: ConversionFailure, revision: string) =>
  new StatusError(500, "", undecodable(failure, revision))

/** What a reader of a list is told. */
export const corruptList = (failure: ConversionFailure, stored: Stored) => {
  const { resource } = stored
  const field = `/registry/${resource.group}/${resource.plural}/${stored.key}`
  const message = corrupt(failure, stored, "/registry")
  return new StatusError(
    500,
    "StorageReadError",
    `failed to read one or more ${qualified(resource)} from the storage: ${message}`,
    {
      name: "list",
      group: resource.group,
      kind: resource.plural,
      causes: [{ reason: "UnexpectedServerResponse", message, field }]
    }
  )
}
