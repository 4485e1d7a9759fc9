/**
 * The work of `holdfast certs calendar`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Run } from "../commandline/Command.ts"
import type { certsCalendarFlags } from "../commands/certs/Calendar.ts"
import { execute } from "../Execute.ts"
import * as Paint from "../output/Paint.ts"
import { clean } from "../output/TextWidth.ts"
import * as Calendar from "./Calendar.ts"
import { nameOf } from "./Inventory.ts"
import * as ReadInventory from "./ReadInventory.ts"

const year = 365 * 86_400_000

/**
 * Draws the calendar of a cluster.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof certsCalendarFlags> = ({ flags, host }) =>
  execute(
    host,
    flags,
    Effect.gen(function* () {
      const { inventory, now } = yield* ReadInventory.read(flags, host)
      const bars = inventory.entries.map(({ certificate }) => ({ ...certificate, name: clean(nameOf(certificate)) }))
      const columns = host.stdout.isTerminal ? Math.max(40, host.stdout.columns()) : 100
      const paint = Paint.make(Paint.wanted(host, host.stdout))
      host.stdout.write(Calendar.render(bars, { now, ahead: flags.ahead ?? year, columns, paint }))
      ReadInventory.tellUnread(inventory, host)
    })
  )
