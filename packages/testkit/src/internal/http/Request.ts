/** One request on its way through the server, and what a handler answers. */
import type { IncomingMessage, ServerResponse } from "node:http"
import { parse as parseYaml } from "yaml"
import type { Json, JsonObject } from "../Json.ts"
import { isObject } from "../Json.ts"
import { badRequest, unsupportedMediaType } from "../Status.ts"
import * as Protobuf from "./Protobuf.ts"

export interface User {
  readonly name: string
  readonly uid?: string
  readonly groups: ReadonlyArray<string>
  readonly extra?: Readonly<Record<string, ReadonlyArray<string>>>
}

export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly user: User
  readonly message: IncomingMessage
  readonly response: ServerResponse
  /** When it came in, in milliseconds of the server's clock. */
  readonly startedAt: number
  /** Texts for `Warning` headers. */
  readonly warnings: Array<string>
}

export interface Reply {
  readonly status: number
  /** Already encoded, or an object to encode as JSON. */
  readonly body: string | JsonObject
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What a handler returns after it has written the response by itself (watches). */
export const taken = Symbol("taken")
export type Answer = Reply | typeof taken

export const read = (message: IncomingMessage): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Array<Buffer> = []
    message.on("data", (chunk: Buffer) => chunks.push(chunk))
    message.on("end", () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)))
    message.on("error", reject)
  })

const objectTypes = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"]

export const contentType = (message: IncomingMessage): string =>
  (message.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? ""

/** Parses JSON or YAML text; `where` starts the message of an error. */
export const decode = (text: string, type: string): Json => {
  try {
    return type.includes("yaml") ? parseYaml(text, { version: "1.1", merge: true }) : JSON.parse(text)
  } catch (error) {
    throw badRequest(`error decoding: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The object in the body of a create or update. */
export const readObject = async (request: ApiRequest): Promise<JsonObject> => {
  const type = contentType(request.message)
  const body = await read(request.message)
  if (type === "application/vnd.kubernetes.protobuf") return Protobuf.decode(body)
  if (type !== "" && !jsonTypes.includes(type)) throw unsupportedMediaType(objectTypes)
  const value = decode(body.toString("utf8"), type)
  if (!isObject(value)) throw badRequest("the request body is not an object")
  return value
}

// curl's default comes with scripts that forget the header.
const jsonTypes = ["application/json", "application/yaml", "application/x-www-form-urlencoded"]

const encoded = new WeakMap<JsonObject, string>()

/** JSON of a stored object; objects are never changed in place, so each is encoded once. */
export const encode = (object: JsonObject): string => {
  let text = encoded.get(object)
  if (text === undefined) {
    text = JSON.stringify(object)
    encoded.set(object, text)
  }
  return text
}
