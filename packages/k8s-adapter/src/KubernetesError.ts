/**
 * Everything that can go wrong between a program and the API server, as one union of tagged errors.
 *
 * @since 0.1.0
 */
import type { ApiError } from "./ApiError.ts"
import type { CertificateError } from "./CertificateError.ts"
import type { ConnectionError } from "./ConnectionError.ts"
import type { KubeconfigError } from "./KubeconfigError.ts"
import type { UnexpectedResponse } from "./UnexpectedResponse.ts"

/**
 * The errors of every call.
 *
 * @category errors
 * @since 0.1.0
 */
export type KubernetesError = CertificateError | ApiError | ConnectionError | KubeconfigError | UnexpectedResponse
