/**
 * A kubeconfig as text, with all material inside it.
 */
import { stringify } from "yaml"
import type { Identity } from "./https.ts"

export const kubeconfig = (options: {
  readonly name: string
  readonly user: string
  readonly server: string
  readonly identity: Required<Identity>
}): string =>
  stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: options.name,
          cluster: { server: options.server, "certificate-authority-data": base64(options.identity.ca) }
        }
      ],
      users: [
        {
          name: options.user,
          user: {
            "client-certificate-data": base64(options.identity.cert),
            "client-key-data": base64(options.identity.key)
          }
        }
      ],
      contexts: [{ name: options.name, context: { cluster: options.name, user: options.user } }],
      "current-context": options.name
    },
    { lineWidth: 0 }
  )

const base64 = (text: string): string => Buffer.from(text).toString("base64")
