/**
 * Retry for Effect and plain promises: policies as data, deadlines that hold, wake-up on change, typed history.
 *
 * @since 0.1.0
 */
export * as Attempt from "./Attempt.ts"
export * as Classification from "./Classification.ts"
export * as Retry from "./Retry.ts"
export * as RetryBudget from "./RetryBudget.ts"
export * as RetryErrors from "./RetryErrors.ts"
export * as RetryEvent from "./RetryEvent.ts"
export * as RetryPolicy from "./RetryPolicy.ts"
export * as Wake from "./Wake.ts"
