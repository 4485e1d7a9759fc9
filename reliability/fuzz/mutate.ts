/**
 * Spoils texts the ways that networks, editors, templates and attackers do.
 */
import type { Random } from "./random.ts"

const morsels = [
  "",
  "\0",
  "\u2028",
  "\ud800",
  "\ufeff",
  "é".normalize("NFD"),
  "-----BEGIN CERTIFICATE-----\n",
  "-----END CERTIFICATE-----\n",
  "x509: certificate signed by unknown authority",
  "tls: failed to verify certificate: ",
  '": ',
  '\\"',
  "{",
  "}",
  "[",
  "]",
  "&a ",
  "*a",
  "<<: ",
  "!!binary ",
  "---\n",
  "...\n",
  "|\n",
  ">-\n",
  "? ",
  "- ",
  "\t",
  "\r\n",
  "null",
  "~",
  "true",
  "0x1p1024",
  "1e999",
  "-0",
  "999999999999999999999",
  "__proto__",
  "constructor",
  "toString",
  "\u001b[31m",
  "%s%n",
  "$HOME",
  "{{ .Values }}",
  "Cg=="
]

/** A text made of the seeds, spoilt a few times over. */
export const mutate = (random: Random, seeds: ReadonlyArray<string>): string => {
  let text = random.pick(seeds)
  for (let times = 1 + random.below(6); times > 0; times--) text = spoil(random, text, seeds)
  return text
}

const spoil = (random: Random, text: string, seeds: ReadonlyArray<string>): string => {
  const at = random.below(text.length + 1)
  const to = Math.min(text.length, at + 1 + random.below(40))
  switch (random.below(10)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(0, at) + text.slice(to)
    case 2:
      return text.slice(0, at) + text.slice(at, to) + text.slice(at)
    case 3:
      return (
        text.slice(0, at) + String.fromCharCode(random.below(random.below(4) === 0 ? 65536 : 128)) + text.slice(at + 1)
      )
    case 4:
      return text.slice(0, at) + random.pick(morsels) + text.slice(at)
    case 5: {
      const other = random.pick(seeds)
      return text.slice(0, at) + other.slice(random.below(other.length + 1))
    }
    case 6:
      // Deep or long, but bounded: what is too large is another test's matter.
      return text.slice(0, at) + random.pick(morsels).repeat(1 + random.below(200)) + text.slice(at)
    case 7:
      return text.replace(/\d+/, () => String(random.below(2 ** 31) - 2 ** 30))
    case 8:
      return text.replace(/"[^"]*"/, () => random.pick(['""', "null", "[]", "{}", "0", "true", '"\\u0000"']))
    default:
      return text.slice(at) + text.slice(0, at)
  }
}
