/** Quantities in their canonical form: `1000m` is `1`, `1024Mi` is `1Gi`, as the API server writes them back. */
import type { Json } from "../Json.ts"

const decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"]
const binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/

/** The largest suffix that leaves a whole number. */
const shortest = (value: bigint, base: bigint, suffixes: ReadonlyArray<string>): string => {
  let rest = value
  let index = 0
  while (rest !== 0n && rest % base === 0n && index < suffixes.length - 1) {
    rest /= base
    index++
  }
  return `${rest}${suffixes[index]}`
}

export const canonical = (value: Json): Json => {
  const text = typeof value === "number" ? String(value) : value
  if (typeof text !== "string") return value
  const match = pattern.exec(text)
  if (match === null) return text
  const [, sign, whole = "", fraction = "", suffix = ""] = match
  if (whole === "" && fraction === "") return text
  const minus = sign === "-" ? "-" : ""
  const digits = BigInt(`${whole}${fraction}`)
  const parts = 10n ** BigInt(fraction.length)
  if (suffix.endsWith("i")) {
    const scaled = digits * 1024n ** BigInt(binary.indexOf(suffix))
    // Go rounds up what is smaller than a byte.
    return `${minus}${shortest((scaled + parts - 1n) / parts, 1024n, binary)}`
  }
  const nanos = (digits * 1000n ** BigInt(decimal.indexOf(suffix)) + parts - 1n) / parts
  return nanos === 0n ? "0" : `${minus}${shortest(nanos, 1000n, decimal)}`
}
