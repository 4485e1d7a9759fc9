import { assert, describe, it } from "@effect/vitest"
import { commands } from "@holdfast/cli/Commands"
import { exitCodes } from "@holdfast/cli/ExitCode"
import * as TextWidth from "@holdfast/cli/output/TextWidth"
import { holdfast } from "./support/holdfast.ts"

describe("holdfast", () => {
  it("prints its version without asking a server", async () => {
    const { code, stdout } = await holdfast(["--version"])
    assert.strictEqual(code, 0)
    assert.match(stdout, /^holdfast \d+\.\d+\.\d+/)
  })

  it("lists all commands and all exit codes in its help", async () => {
    const { code, stdout } = await holdfast(["--help"])
    assert.strictEqual(code, 0)
    for (const { name } of commands) assert.include(stdout, `  ${name.split(" ")[0]} `)
    for (const { meaning } of Object.values(exitCodes)) assert.include(stdout.replace(/\s+/g, " "), meaning)
  })

  it("has an example in the help of every command", async () => {
    for (const { name } of commands) {
      const { stdout } = await holdfast([...name.split(" "), "--help"])
      assert.match(stdout, /Examples:\n {2}# .+\n {2}\S+/, name)
    }
  })

  it("fits its help into a terminal of 40 columns", async () => {
    for (const words of [["--help"], ...commands.map(({ name }) => [...name.split(" "), "--help"])]) {
      const { stdout } = await holdfast(words, { terminal: { columns: 40 } })
      const wide = stdout
        .split("\n")
        .filter((line) => TextWidth.width(line) > 40 && line.startsWith("        ") && line.trim().includes(" "))
      assert.deepStrictEqual(wide, [], words.join(" "))
    }
  })

  it("ends with 64 and one clear line when the command line is wrong", async () => {
    const { code, stdout, stderr } = await holdfast(["completion", "--bsah"])
    assert.strictEqual(code, 64)
    assert.strictEqual(stdout, "")
    assert.match(stderr, /^error: unknown flag: --bsah\nSee "holdfast completion --help"\.\n$/)
  })

  it("completes commands, flags and the values of flags", async () => {
    const words = async (...line: ReadonlyArray<string>) =>
      (await holdfast(["__complete", ...line])).stdout.split("\n").map((one) => one.split("\t")[0])
    assert.include(await words("comp"), "completion")
    assert.include(await words("version", "--kube"), "--kubeconfig")
    assert.deepStrictEqual(await words("version", "-o", "j"), ["json", ""])
    assert.deepStrictEqual(await words("version", "--output=y"), ["--output=yaml", ""])
    assert.deepStrictEqual(await words("completion", "z"), ["zsh", ""])
  })

  it("prints a completion script for each shell, and says which shells there are", async () => {
    for (const shell of ["bash", "zsh", "fish", "powershell"]) {
      const { code, stdout } = await holdfast(["completion", shell])
      assert.strictEqual(code, 0)
      assert.include(stdout, "holdfast __complete")
    }
    const { code, stderr } = await holdfast(["completion", "tcsh"])
    assert.strictEqual(code, 64)
    assert.include(stderr, "bash, zsh, fish, powershell")
  })
})
