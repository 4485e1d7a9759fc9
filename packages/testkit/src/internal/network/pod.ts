/** How a Node process is started as a pod of a simulated network. */
import { fileURLToPath } from "node:url"
import type { PodEnvironment } from "./preload.ts"

export const processOptions = (
  pod: PodEnvironment
): { readonly nodeArguments: ReadonlyArray<string>; readonly environment: Readonly<Record<string, string>> } => {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."))
  return {
    nodeArguments: [`--import=${fileURLToPath(new URL(`preload${extension}`, import.meta.url))}`],
    environment: { HOLDFAST_POD: JSON.stringify(pod) }
  }
}
