/** The errors that pass by themselves, a file each. They are told apart by their tags, so their order does not matter. */
export { catchingUp } from "./catchingUp.ts"
export { certificate } from "./certificate.ts"
export { connection } from "./connection.ts"
export { serverBusy } from "./serverBusy.ts"
export { throttled } from "./throttled.ts"
export { webhookUnavailable } from "./webhookUnavailable.ts"
