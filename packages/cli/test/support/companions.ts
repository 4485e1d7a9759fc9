import { execFileSync } from "node:child_process"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { bundle } from "./bundle.ts"

/** The folder of the built program, with all that the package holds beside it. */
export const companions = (): string => {
  const folder = dirname(bundle())
  execFileSync(process.execPath, [fileURLToPath(new URL("../../scripts/companions.ts", import.meta.url)), folder])
  return folder
}

/** Whether a tool of other people is there; says in one line what is left out where it is not. */
export const present = (tool: string, without: string): boolean => {
  try {
    execFileSync("which", [tool], { stdio: "ignore" })
    return true
  } catch {
    console.warn(`${tool} is not installed: ${without}`)
    return false
  }
}
