/**
 * Conditions of a status: what a controller knows about an object, in the form that `kubectl wait` and every dashboard
 * read. A list is changed by making another one; where nothing changes, the same list comes back, and nothing needs to
 * be written.
 *
 * @see https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#typical-status-properties
 * @since 0.1.0
 */

/**
 * One condition, as `metav1.Condition` has it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Condition {
  /** In upper camel case: `Ready`. */
  readonly type: string
  readonly status: "True" | "False" | "Unknown"
  /** One word in upper camel case for programs; never empty. */
  readonly reason: string
  /** Words for people. */
  readonly message: string
  /** RFC 3339 with whole seconds: since when the status is what it is. */
  readonly lastTransitionTime: string
  /** The `metadata.generation` that was looked at. */
  readonly observedGeneration?: number
}

/**
 * A condition without the time of its last transition, which {@link set} knows.
 *
 * @category models
 * @since 0.1.0
 */
export type ConditionInput = Omit<Condition, "lastTransitionTime">

const longestMessage = 32_768

/**
 * Sets a condition. The time of transition moves only when the status does; a list in which nothing changes is
 * returned as it is.
 *
 * **Example** (The time stays while the status does)
 *
 * ```ts import.meta.vitest
 * import * as Conditions from "@holdfast/operator/runtime/Conditions"
 *
 * const ready = { type: "Ready", status: "True", reason: "Fetched", message: "12 packages" } as const
 * const first = Conditions.set([], ready, new Date("2026-01-01T10:00:00Z"))
 * const second = Conditions.set(first, { ...ready, message: "13 packages" }, new Date("2026-01-01T11:00:00Z"))
 *
 * second[0]?.message // => "13 packages"
 * second[0]?.lastTransitionTime // => "2026-01-01T10:00:00Z"
 * Conditions.set(second, { ...ready, message: "13 packages" }, new Date()) === second // => true
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const set = (
  conditions: ReadonlyArray<Condition>,
  input: ConditionInput,
  now: Date
): ReadonlyArray<Condition> => {
  const old = find(conditions, input.type)
  const message = input.message.slice(0, longestMessage)
  const isSameStatus = old?.status === input.status
  if (
    old !== undefined &&
    isSameStatus &&
    old.reason === input.reason &&
    old.message === message &&
    old.observedGeneration === input.observedGeneration
  ) {
    return conditions
  }
  const lastTransitionTime =
    old !== undefined && isSameStatus ? old.lastTransitionTime : `${now.toISOString().slice(0, 19)}Z`
  const condition: Condition = { ...input, message, lastTransitionTime }
  return old === undefined
    ? [...conditions, condition]
    : conditions.map((each) => (each.type === input.type ? condition : each))
}

/**
 * Finds a condition by its type.
 *
 * @category getters
 * @since 0.1.0
 */
export const find = (conditions: ReadonlyArray<Condition>, type: string): Condition | undefined =>
  conditions.find((each) => each.type === type)

/**
 * Reads the conditions out of an object's status; what is no condition is left out, so that a status which somebody
 * else has spoilt is mended by the next write.
 *
 * @category getters
 * @since 0.1.0
 */
export const of = (object: { readonly [field: string]: unknown }): ReadonlyArray<Condition> => {
  const { conditions } = (object["status"] ?? {}) as { readonly conditions?: unknown }
  return Array.isArray(conditions) ? conditions.filter(isCondition) : []
}

const isCondition = (value: unknown): value is Condition => {
  const { lastTransitionTime, message, reason, status, type } = (value ?? {}) as Record<string, unknown>
  return (
    typeof type === "string" &&
    (status === "True" || status === "False" || status === "Unknown") &&
    [reason, message, lastTransitionTime].every((each) => typeof each === "string")
  )
}
