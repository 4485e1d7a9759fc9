/**
 * Built-in modules that most runs do not need, loaded when they are: `import "node:http"` alone costs 12 ms of start-up
 * (Node 24), because naming its exports loads all of undici.
 */

export const http = () => process.getBuiltinModule("node:http")
export const zlib = () => process.getBuiltinModule("node:zlib")
export const childProcess = () => process.getBuiltinModule("node:child_process")
