/**
 * Reads the protobuf form of built-in kinds: what `kubectl create configmap` and its like send, whatever the server
 * would like better. Answers are always JSON.
 */
import { isArray, type Json, type JsonObject, type Mutable } from "../Json.ts"
import { badRequest } from "../Status.ts"
import { isEmpty } from "../schema/Check.ts"
import { builtin, type ObjectShape, type Shape } from "../schema/Shape.ts"

const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00])

type Wire = { readonly number: number; readonly varint: bigint } | { readonly number: number; readonly bytes: Buffer }

/** The fields of a message, in the order of their bytes. */
const fields = (message: Buffer): ReadonlyArray<Wire> => {
  const found: Array<Wire> = []
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]
      if (byte === undefined) throw badRequest("proto: unexpected EOF")
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asIntN(64, value)
    }
  }
  while (at < message.length) {
    const tag = Number(varint())
    const number = tag >> 3
    const wire = tag & 7
    if (wire === 0) found.push({ number, varint: varint() })
    else if (wire === 2) {
      const length = Number(varint())
      found.push({ number, bytes: message.subarray(at, at + length) })
      at += length
    } else at += wire === 1 ? 8 : 4
  }
  return found
}

const text = (wire: Wire | undefined): string =>
  wire !== undefined && "bytes" in wire ? wire.bytes.toString("utf8") : ""
const integer = (wire: Wire | undefined): number => (wire !== undefined && "varint" in wire ? Number(wire.varint) : 0)

const byNumber = (message: Buffer): ReadonlyMap<number, Wire> =>
  new Map(fields(message).map((wire) => [wire.number, wire]))

const scalar = (wire: Wire, type: string): Json | undefined => {
  if ("varint" in wire) return type === "boolean" ? wire.varint !== 0n : Number(wire.varint)
  if (type === "bytes") return wire.bytes.toString("base64")
  if (type === "quantity") return text(byNumber(wire.bytes).get(1))
  if (type === "int-or-string") {
    const parts = byNumber(wire.bytes)
    return integer(parts.get(1)) === 1 ? text(parts.get(3)) : integer(parts.get(2))
  }
  if (type === "time") {
    const seconds = integer(byNumber(wire.bytes).get(1))
    return seconds === 0 ? undefined : new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z")
  }
  return wire.bytes.toString("utf8")
}

const value = (wire: Wire, shape: Shape): Json | undefined => {
  if (shape._tag === "Scalar") return scalar(wire, shape.type)
  if (shape._tag !== "Object" || !("bytes" in wire)) return undefined
  return message(wire.bytes, shape)
}

const message = (bytes: Buffer, shape: ObjectShape): JsonObject => {
  const names = new Map(
    [...shape.fields()].map(([name, field]) => [
      field.number,
      { name, shape: field.shape, vanishes: field.vanishes === true }
    ])
  )
  const result: Mutable = {}
  for (const wire of fields(bytes)) {
    const field = names.get(wire.number)
    if (field === undefined) continue
    const { name, shape: inner } = field
    const before = result[name]
    if (inner._tag === "List") {
      const item = value(wire, inner.items)
      if (item !== undefined) result[name] = [...(isArray(before) ? before : []), item]
    } else if (inner._tag === "Object" && inner.name === undefined && "bytes" in wire) {
      const entry = byNumber(wire.bytes)
      const key = text(entry.get(1))
      const member = entry.get(2)
      const values = inner.field(key)
      const made = member === undefined || values === undefined ? "" : value(member, values)
      result[name] = { ...(before as JsonObject | undefined), [key]: made }
    } else {
      const made = value(wire, inner)
      if (made !== undefined && !(field.vanishes && isEmpty(made))) result[name] = made
    }
  }
  return result
}

/** The object in an envelope of protobuf. */
export const decode = (body: Buffer): JsonObject => {
  if (!body.subarray(0, 4).equals(magic))
    throw badRequest("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
  const unknown = byNumber(body.subarray(4))
  const [type, raw] = [unknown.get(1), unknown.get(2)]
  if (type === undefined || raw === undefined || !("bytes" in type) || !("bytes" in raw))
    throw badRequest("proto: no object")
  const parts = byNumber(type.bytes)
  const apiVersion = text(parts.get(1))
  const kind = text(parts.get(2))
  const [group = "", version = ""] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion]
  const shape = builtin(group, version, kind)
  if (shape._tag !== "Object") throw badRequest(`no kind "${kind}" is registered for version "${apiVersion}"`)
  return { apiVersion, kind, ...message(raw.bytes, shape) }
}
