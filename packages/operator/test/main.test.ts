import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"

const program = fileURLToPath(new URL("../src/main.ts", import.meta.url))

const run = (words: ReadonlyArray<string>, environment: Readonly<Record<string, string>> = {}) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [program, ...words], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], ...environment }
  })
  return { status, stdout, stderr }
}

describe("The operator's program", { timeout: 60_000 }, () => {
  it("says what it is, and which variables it reads", () => {
    const { status, stdout } = run(["--help"])
    assert.strictEqual(status, 0)
    for (const variable of ["POD_NAMESPACE", "POD_NAME", "HOLDFAST_LOG_LEVEL", "KUBECONFIG"]) {
      assert.include(stdout, variable)
    }
    assert.match(run(["--version"]).stdout, /^holdfast-operator \S+\n$/)
  })

  it("ends with a line that names what is wrong, and a code for it", () => {
    assert.deepStrictEqual(run(["--leader-elect"]), {
      status: 64,
      stdout: "",
      stderr: 'error: "--leader-elect" is not understood: there are --help and --version\n'
    })
    const { status, stderr } = run([], { POD_NAME: "operator-0" })
    assert.strictEqual(status, 78)
    assert.match(stderr, /^error: POD_NAMESPACE is not set: /)
  })

  it("says that there is no cluster, and how it is found", () => {
    const { status, stdout, stderr } = run([], {
      POD_NAME: "operator-0",
      POD_NAMESPACE: "holdfast-system",
      KUBECONFIG: "/nowhere/kubeconfig",
      HOME: "/nowhere"
    })
    assert.strictEqual(status, 1, stdout + stderr)
    assert.match(stdout + stderr, /level=FATAL .*kubeconfig/)
  })
})
