/**
 * `holdfast demo`.
 *
 * @since 0.1.0
 */
import { progressFlags } from "../CommandFlags.ts"
import { make } from "../commandline/Command.ts"

/**
 * The flags of `holdfast demo`.
 *
 * @category flags
 * @since 0.1.0
 */
export const demoFlags = { ...progressFlags }

/**
 * Shows bootstraps through a certificate vacuum, with no cluster at hand.
 *
 * @category commands
 * @since 0.1.0
 */
export const demo = make({
  name: "demo",
  summary: "watch bootstraps live through a certificate vacuum; needs no cluster",
  description:
    "Start a Kubernetes API server inside this process, with a webhook over real TLS and a certificate Job, and bootstrap it three times: fresh, through a vacuum that ends by itself, and through one that is cut short. It touches no cluster of yours, and ends by itself in under 30 seconds.",
  flags: demoFlags,
  examples: [
    { text: "watch it", line: "holdfast demo" },
    { text: "as JSON lines, for a program", line: "holdfast demo --log-format json" }
  ],
  load: async () => (await import("../demo/RunDemo.ts")).run
})
