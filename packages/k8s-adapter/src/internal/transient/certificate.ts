import * as Classification from "@holdfast/retry-core/Classification"
import type { Rule } from "./Rule.ts"

/**
 * Certificate errors, by the table of `CertificateError.isTransient`: a rotation's reason on a connection that the
 * cluster looks after is transient, every other one is permanent.
 *
 * @category rules
 * @since 0.1.0
 */
export const certificate: Rule = (error) =>
  error._tag !== "CertificateError"
    ? undefined
    : error.transient
      ? Classification.transient({ kind: "certificate", note: error.detail })
      : Classification.permanent
