import type { PartialClassifier } from "@holdfast/retry-core/Classification"
import type { KubernetesError } from "../../KubernetesError.ts"

/**
 * A rule about some of the errors.
 *
 * @category models
 * @since 0.1.0
 */
export type Rule = PartialClassifier<KubernetesError>
