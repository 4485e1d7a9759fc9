/**
 * TLS Secrets that something serves from, beside webhooks: pods that mount them, Ingresses that name them.
 *
 * @since 0.1.0
 */
import * as Certificate from "@holdfast/certificates/Certificate"
import * as KeyPair from "@holdfast/certificates/KeyPair"
import * as Result from "effect/Result"
import { listOf, part, textOf } from "../input/Json.ts"
import * as Moments from "../output/Moments.ts"
import type { Finding, Outlook } from "./Finding.ts"
import type { Material } from "./Material.ts"
import * as Mend from "./Mend.ts"
import { mountedSecrets, type Snapshot } from "./Snapshot.ts"
import * as Trust from "./Trust.ts"

/**
 * Who uses each Secret, by its `namespace/name`: `pod shop/web-0`, `ingress shop/web`.
 *
 * @category queries
 * @since 0.1.0
 */
export const users = ({
  ingresses,
  pods
}: Pick<Snapshot, "ingresses" | "pods">): ReadonlyMap<string, ReadonlyArray<string>> => {
  const found = new Map<string, Array<string>>()
  const add = (namespace: string | undefined, secret: string, user: string) => {
    const key = `${namespace}/${secret}`
    const known = found.get(key)
    if (known === undefined) found.set(key, [user])
    else if (!known.includes(user)) known.push(user)
  }
  for (const pod of [...pods.values()].flat()) {
    const { name, namespace } = pod.metadata
    for (const secret of mountedSecrets(pod)) add(namespace, secret, `pod ${namespace}/${name}`)
  }
  for (const ingress of ingresses) {
    const { name, namespace } = ingress.metadata
    for (const tls of listOf(part(ingress, "spec", "tls"))) {
      const secret = textOf(part(tls, "secretName"))
      if (secret !== "") add(namespace, secret, `ingress ${namespace}/${name}`)
    }
  }
  return found
}

const look = (material: Material, outlook: Outlook): Omit<Finding, "subject"> => {
  const mend = Mend.renew(material, undefined)
  const parsed = Certificate.parseAll(material.chain)
  if (Result.isFailure(parsed)) {
    return { result: "error", detail: `${material.names.chain} cannot be read: ${parsed.failure.message}`, ...mend }
  }
  const [leaf] = parsed.success
  if (material.key !== "" && !KeyPair.matches(leaf, material.key)) {
    return { result: "error", detail: "its key does not belong to its certificate", ...mend }
  }
  const first = parsed.success.reduce((soonest, one) => (one.notAfter < soonest.notAfter ? one : soonest))
  return (
    Trust.lifeOf(first === leaf ? "its certificate" : `${first.subject} in its chain`, first, outlook, mend) ??
    Trust.lifeOf("its certificate", leaf, outlook, mend) ?? {
      result: "success",
      detail: `valid until ${Moments.format(leaf.notAfter)}`
    }
  )
}

/**
 * Looks at the TLS Secrets that are in use; `seen` are those that were looked at with what is called.
 *
 * @category checks
 * @since 0.1.0
 */
export const tlsSecrets = (
  snapshot: Snapshot,
  seen: ReadonlySet<Material>,
  outlook: Outlook
): ReadonlyArray<Finding> => {
  const usedBy = users(snapshot)
  return [...snapshot.materials].flatMap(([key, material]) => {
    const [first, ...more] = usedBy.get(key) ?? []
    if (first === undefined || seen.has(material)) return []
    const others = more.length === 0 ? "" : ` and ${more.length} more`
    return [{ subject: `${material.where}, used by ${first}${others}`, ...look(material, outlook) }]
  })
}
