/**
 * The manifest that a bootstrap without arguments installs: Holdfast's own operator, of this very version.
 *
 * @since 0.1.0
 */
import { readFileSync } from "node:fs"

/** Put in by the bundler. */
declare const HOLDFAST_MANIFEST: string | undefined

/**
 * The name by which messages call it.
 *
 * @category constants
 * @since 0.1.0
 */
export const source = "the built-in manifest of the Holdfast operator"

/**
 * Its text: YAML, many documents; with another image for the operator, where one is given.
 *
 * @category getters
 * @since 0.1.0
 */
export const manifest = (image?: string): string => {
  const text =
    typeof HOLDFAST_MANIFEST === "string"
      ? HOLDFAST_MANIFEST
      : readFileSync(new URL("../../../operator/deploy/holdfast.yaml", import.meta.url), "utf8")
  return image === undefined ? text : text.replace(/^( +image:) .*$/m, (_, key) => `${key} ${JSON.stringify(image)}`)
}
