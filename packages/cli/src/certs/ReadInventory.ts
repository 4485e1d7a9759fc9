/**
 * The inventory of the cluster that the flags of a command name.
 *
 * @since 0.1.0
 */
import * as Kubeconfig from "@holdfast/k8s-adapter/Kubeconfig"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { connectionFlags } from "../CommandFlags.ts"
import { clientOptions } from "../Connection.ts"
import type { Values } from "../commandline/Flag.ts"
import type { Host } from "../Host.ts"
import * as Paint from "../output/Paint.ts"
import * as Inventory from "./Inventory.ts"

/**
 * Reads it, and only what has to do with a namespace where one is named.
 *
 * @category reading
 * @since 0.1.0
 */
export const read = Effect.fnUntraced(function* (flags: Values<typeof connectionFlags>, host: Host) {
  const options = clientOptions(flags, host)
  const kubeconfig = yield* Kubeconfig.load(options)
  const whole = yield* Effect.provide(Inventory.read(kubeconfig), KubernetesClient.layer(options))
  return {
    inventory: Inventory.inNamespace(whole, flags.namespace),
    now: new Date(yield* Clock.currentTimeMillis)
  }
})

/**
 * Tells on standard error what could not be read.
 *
 * @category telling
 * @since 0.1.0
 */
export const tellUnread = ({ unread }: Inventory.Inventory, host: Host): void => {
  const paint = Paint.make(Paint.wanted(host, host.stderr))
  for (const { hint = "", subject } of unread) {
    host.stderr.write(
      `${paint.yellow("warning:")} ${subject} may not be read, so their certificates are missing. ${hint}.\n`
    )
  }
}
