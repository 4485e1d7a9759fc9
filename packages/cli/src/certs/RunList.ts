/**
 * The work of `holdfast certs list`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Run } from "../commandline/Command.ts"
import type { certsListFlags } from "../commands/certs/List.ts"
import { execute } from "../Execute.ts"
import * as Documents from "../output/Documents.ts"
import * as Paint from "../output/Paint.ts"
import * as Table from "../output/Table.ts"
import { clean, width, wrap } from "../output/TextWidth.ts"
import * as CertificateText from "./CertificateText.ts"
import type { Entry, Inventory } from "./Inventory.ts"
import { nameOf } from "./Inventory.ts"
import * as ReadInventory from "./ReadInventory.ts"

const more = (texts: ReadonlyArray<string>): string =>
  texts.length < 2 ? (texts[0] ?? "") : `${texts[0]} and ${texts.length - 1} more`

const headings = ["CERTIFICATE", "ISSUER", "NAMES", "ENDS", "USED BY"]

interface Look {
  readonly now: Date
  readonly wide: boolean
  readonly paint: Paint.Paint
}

const row = ({ certificate, foundIn, usedBy }: Entry, { now, paint, wide }: Look): ReadonlyArray<string> => {
  const names = [...certificate.dnsNames, ...certificate.ipAddresses]
  const users = usedBy.length > 0 ? usedBy : ["-"]
  return [
    clean(nameOf(certificate)) + (certificate.isCA ? " (CA)" : ""),
    certificate.issuer === certificate.subject ? "itself" : clean(CertificateText.commonName(certificate.issuer)),
    clean(wide ? names.join(",") : more(names)) || "-",
    CertificateText.end(certificate, now, paint),
    clean(wide ? users.join("; ") : more(users)),
    ...(wide ? [clean(foundIn.join("; ")), certificate.keyAlgorithm, certificate.fingerprint256] : [])
  ]
}

/** A block a certificate, for a terminal that a table does not fit into. */
const blocks = (rows: ReadonlyArray<ReadonlyArray<string>>, columns: number): string =>
  rows
    .map(([name = "", ...cells]) =>
      [
        ...wrap(name, columns),
        ...cells.flatMap((cell, index) =>
          wrap(`${(headings[index + 1] ?? "").toLowerCase()}: ${cell}`, columns - 2).map((line) => `  ${line}`)
        ),
        ""
      ].join("\n")
    )
    .join("\n")

const render = ({ entries }: Inventory, look: Look, columns: number): string => {
  const rows = entries.map((entry) => row(entry, look))
  const table = Table.render(look.wide ? [...headings, "FOUND IN", "KEY", "SHA-256"] : headings, rows)
  return !look.wide && table.split("\n").some((line) => width(line) > columns) ? blocks(rows, columns) : table
}

/**
 * Lists certificates, the one that ends first before the others.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof certsListFlags> = ({ flags, host }) =>
  execute(
    host,
    flags,
    Effect.gen(function* () {
      const { inventory, now } = yield* ReadInventory.read(flags, host)
      const { output } = flags
      if (output === "json" || output === "yaml") {
        host.stdout.write(
          Documents.render(
            {
              certificates: inventory.entries.map(({ certificate, foundIn, usedBy }) => ({
                ...CertificateText.toJson(certificate),
                foundIn,
                usedBy
              })),
              leftOut: inventory.unread.map(({ subject }) => subject)
            },
            output
          )
        )
        return
      }
      const columns = host.stdout.isTerminal ? host.stdout.columns() : Number.POSITIVE_INFINITY
      const paint = Paint.make(Paint.wanted(host, host.stdout))
      host.stdout.write(render(inventory, { now, wide: output === "wide", paint }, columns))
      ReadInventory.tellUnread(inventory, host)
    })
  )
