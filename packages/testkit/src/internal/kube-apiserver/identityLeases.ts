/**
 * The Leases by which API servers tell that they are there (KEP-1965).
 *
 * A kube-apiserver names its Lease after its host. All of ours are on one host, so they share one Lease; those of the
 * others are kept here, each through its own API server, so that a Lease is renewed only while its API server answers.
 */
import { createHash } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Https from "./https.ts"

const path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"

export const keep = (
  agent: ReturnType<typeof Https.agent>,
  urls: ReadonlyArray<string>
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    for (const url of urls) {
      const renew = renewLease(agent, url)
      yield* renew
      yield* Effect.forkScoped(Effect.repeat(renew, Schedule.spaced("10 seconds")))
    }
  })

const renewLease = (agent: ReturnType<typeof Https.agent>, url: string): Effect.Effect<void> =>
  Effect.gen(function* () {
    const name = `apiserver-${createHash("sha256").update(url).digest("hex").slice(0, 26)}`
    const now = new Date(yield* Clock.currentTimeMillis).toISOString().replace("Z", "000Z")
    const lease = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: {
        name,
        namespace: "kube-system",
        labels: {
          "apiserver.kubernetes.io/identity": "kube-apiserver",
          "kubernetes.io/hostname": new URL(url).hostname
        }
      },
      spec: { holderIdentity: `${name}_${name}`, leaseDurationSeconds: 3600, renewTime: now }
    }
    // A PUT of a Lease that is not there creates it.
    const headers = { "content-type": "application/json" }
    yield* Effect.ignore(
      Https.request(agent, { url: `${url}${path}/${name}`, method: "PUT", headers, body: JSON.stringify(lease) })
    )
  })
