/**
 * The work of `holdfast version`.
 *
 * @since 0.1.0
 */
import type { Run } from "../commandline/Command.ts"
import type { Flags } from "../commandline/Flag.ts"
import * as ExitCode from "../ExitCode.ts"
import { version } from "../Version.ts"

export const run: Run<Flags> = async ({ host }) => {
  host.stdout.write(`Client version: ${version}\n`)
  return ExitCode.of("ok")
}
