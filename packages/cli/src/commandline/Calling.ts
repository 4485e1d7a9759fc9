/**
 * Under which name the program was called. kubectl finds its plugins by their file names: `kubectl-holdfast` is
 * `kubectl holdfast`, and `kubectl_complete-holdfast` is asked what could stand at the cursor behind it.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubectl/kubectl-plugins/
 * @since 0.1.0
 */

/**
 * What help calls the program, and the words it is to run.
 *
 * @category models
 * @since 0.1.0
 */
export interface Calling {
  readonly name: "holdfast" | "kubectl holdfast"
  readonly words: ReadonlyArray<string>
}

/**
 * Reads the path that the program was started by; a link of any of these names does, too.
 *
 * **Example** (As a plugin of kubectl)
 *
 * ```ts import.meta.vitest
 * import { calling } from "@holdfast/cli/commandline/Calling"
 *
 * calling("/usr/local/bin/kubectl-holdfast", ["check"]).name // => "kubectl holdfast"
 * calling("C:\\holdfast\\kubectl_complete-holdfast.mjs", ["ch"]).words // => ["__kubectl-complete", "ch"]
 * ```
 *
 * @category parsing
 * @since 0.1.0
 */
export const calling = (path: string, words: ReadonlyArray<string>): Calling => {
  const file = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1).replace(/\.\w+$/, "")
  if (file === "kubectl_complete-holdfast") return { name: "kubectl holdfast", words: ["__kubectl-complete", ...words] }
  return { name: file === "kubectl-holdfast" ? "kubectl holdfast" : "holdfast", words }
}
