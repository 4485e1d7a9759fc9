/**
 * The version of this program, put in place by the bundler.
 *
 * @since 0.1.0
 */
import * as ExitCode from "./ExitCode.ts"
import type { Host } from "./Host.ts"

declare const HOLDFAST_VERSION: string | undefined

/**
 * The version of `holdfast`, `0.0.0-dev` when it runs from source.
 *
 * @category constants
 * @since 0.1.0
 */
export const version: string = typeof HOLDFAST_VERSION === "string" ? HOLDFAST_VERSION : "0.0.0-dev"

/**
 * Answers `--version`, and gives the exit code.
 *
 * @category operations
 * @since 0.1.0
 */
export const printVersion = (host: Host): ExitCode.ExitCode => {
  host.stdout.write(`holdfast ${version}\n`)
  return ExitCode.of("ok")
}
