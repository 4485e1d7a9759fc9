import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"

/** A Lease of `coordination.k8s.io/v1`, as far as an election reads it. */
export interface Lease {
  readonly object: KubernetesObject
  /** Empty when nobody holds it. */
  readonly holder: string
  /** How long its holder has promised to be gone for when it does not renew, in milliseconds. */
  readonly duration: number
  readonly transitions: number
}

export const kind = { apiVersion: "coordination.k8s.io/v1", kind: "Lease" } as const

export const decode = (object: KubernetesObject): Lease => {
  const { holderIdentity, leaseDurationSeconds, leaseTransitions } = specOf(object)
  return {
    object,
    holder: typeof holderIdentity === "string" ? holderIdentity : "",
    duration: typeof leaseDurationSeconds === "number" ? leaseDurationSeconds * 1000 : 0,
    transitions: typeof leaseTransitions === "number" ? leaseTransitions : 0
  }
}

export interface Holding {
  readonly identity: string
  readonly duration: number
  /** Wall clock, for people. */
  readonly now: number
}

/** A Lease where there is none, held at once. */
export const create = (name: string, namespace: string, holding: Holding): KubernetesObject => ({
  ...kind,
  metadata: { name, namespace },
  spec: { ...held(holding), acquireTime: microTime(holding.now), leaseTransitions: 0 }
})

/** The Lease as it is when held by us: renewed where it was ours, otherwise with a change of hands. */
export const hold = ({ holder, object, transitions }: Lease, holding: Holding): KubernetesObject => ({
  ...object,
  spec: {
    ...specOf(object),
    ...held(holding),
    ...(holder !== holding.identity && {
      acquireTime: microTime(holding.now),
      leaseTransitions: transitions + 1
    })
  }
})

/** The Lease held by nobody: who comes next need not wait. */
export const release = ({ object }: Lease, now: number): KubernetesObject => ({
  ...object,
  spec: { ...specOf(object), holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTime(now) }
})

const held = ({ duration, identity, now }: Holding) => ({
  holderIdentity: identity,
  leaseDurationSeconds: Math.ceil(duration / 1000),
  renewTime: microTime(now)
})

const specOf = (object: KubernetesObject) => (object["spec"] ?? {}) as Readonly<Record<string, unknown>>

/** `metav1.MicroTime`: six digits behind the point. */
const microTime = (millis: number) => `${new Date(millis).toISOString().slice(0, 23)}000Z`
