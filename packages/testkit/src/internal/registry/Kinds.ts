/** What depends on the kind of an object: built-in types by their tables, custom ones by their schema. */
import * as Defaults from "../builtins/defaults.ts"
import * as Validation from "../builtins/validation.ts"
import * as CustomResources from "../crd/CustomResources.ts"
import type { JsonObject } from "../Json.ts"
import * as Check from "../schema/Check.ts"
import { DecodeFailure, type Kinds } from "./Registry.ts"

const decode: Kinds["decode"] = (object, resource, fieldValidation, warnings) => {
  const unknown: Array<string> = []
  let decoded: JsonObject
  if (resource.custom !== undefined) decoded = CustomResources.decode(object, resource, unknown)
  else {
    const checked = Check.decode(object, resource.shape)
    if (checked.typeError !== undefined) throw new DecodeFailure(checked.typeError)
    unknown.push(...checked.unknown)
    decoded = Defaults.defaults(checked.object, resource.storage)
  }
  if (unknown.length > 0 && fieldValidation !== "Ignore") {
    const texts = unknown.map((path) => `unknown field "${path}"`)
    if (fieldValidation === "Strict") throw new DecodeFailure(`strict decoding error: ${texts.join(", ")}`)
    warnings.push(...texts)
  }
  return decoded
}

export const make = (): Kinds => {
  let addresses = 10
  const address = () => {
    addresses++
    return `10.96.${(addresses >> 8) & 255}.${addresses & 255}`
  }
  return {
    decode,
    errors: (after, before, resource) =>
      resource.custom === undefined
        ? Validation.errors(after, before, resource)
        : CustomResources.objectErrors(after, before, resource),
    carried: (before, after, resource) => Defaults.carried(before, after, resource.storage),
    created: (object, resource) => Defaults.created(object, resource.storage, address)
  }
}
