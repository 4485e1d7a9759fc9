/** What the controller remembers of each WebhookCertificate between two reconciles. */
import { isDeepStrictEqual } from "node:util"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import type { CertificateStatus, FailureEntry } from "../../certificate/CertificateStatus.ts"
import type { RotationSight } from "../../certificate/RotationSight.ts"
import type { RotationView } from "../../rotation/RotationView.ts"
import * as Conditions from "../../runtime/Conditions.ts"

const mostFailures = 5

class Record {
  /** What was seen last. */
  last: { readonly sight: RotationSight; readonly view: RotationView } | undefined
  isContested = false
  failures: ReadonlyArray<FailureEntry> = []
  #status: unknown

  constructor(object: KubernetesObject) {
    this.#status = object["status"]
  }

  /** Not those of the cache, which may be older than the last write. */
  get conditions(): ReadonlyArray<Conditions.Condition> {
    return Conditions.of({ status: this.#status })
  }

  isNews(status: CertificateStatus): boolean {
    return !isDeepStrictEqual(status, this.#status)
  }

  written(status: CertificateStatus): void {
    this.#status = status
  }

  /** The same failure again changes only the time. */
  failed(message: string, now: number): void {
    const at = `${new Date(now).toISOString().slice(0, 19)}Z`
    const others = this.failures.filter((each) => each.message !== message)
    this.failures = [{ at, message }, ...others].slice(0, mostFailures)
  }
}

export const make = () => {
  const records = new Map<string, { readonly uid: string | undefined; readonly record: Record }>()
  return {
    of: (id: string, object: KubernetesObject): Record => {
      const { uid } = object.metadata
      const found = records.get(id)
      if (found !== undefined && found.uid === uid) return found.record
      const record = new Record(object)
      records.set(id, { uid, record })
      return record
    },
    forget: (id: string): void => {
      records.delete(id)
    }
  }
}
