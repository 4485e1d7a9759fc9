import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { commands } from "@holdfast/cli/Commands"
import { companions, present } from "./support/companions.ts"

const manual = join(companions(), "man")
const files = readdirSync(manual).sort()
const page = (name: string) => readFileSync(join(manual, `${name}.1`), "utf8")

const check = (program: string, words: ReadonlyArray<string>) => {
  const { status, stdout, stderr } = spawnSync(program, [...words], { encoding: "utf8" })
  return { status, complaints: `${stdout}${stderr}`.split("\n").filter((line) => line !== "") }
}

describe("the man pages", () => {
  it("are one for the program and one for each command, all named by package.json", () => {
    const pages = commands.map(({ name }) => `holdfast-${name.replace(" ", "-")}.1`)
    assert.deepStrictEqual(files, ["holdfast.1", ...pages].sort())
    const { man } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
    assert.deepStrictEqual([...man].sort(), files.map((file) => `./dist/man/${file}`).sort())
  })

  it("are plain ASCII, begin with a title, and lead to each other", () => {
    for (const file of files) {
      const text = readFileSync(join(manual, file), "utf8")
      assert.match(text, /^\.TH \S+ 1 "" "holdfast \d[^"]*" "Holdfast"\n\.SH NAME\nholdfast\S* \\- \S/)
      assert.notMatch(text, /[^\n\x20-\x7e]/)
      for (const [, macro] of text.matchAll(/^[.'](.*)$/gm)) {
        assert.match(macro ?? "", /^(TH|SH|TP|PP|RS|RE|EX|EE|br)\b/)
      }
    }
    for (const { name } of commands) {
      assert.include(page("holdfast"), `holdfast\\-${name.replace(" ", "\\-")}\\fR(1)`)
    }
  })

  it("say what --help says: flags with their values, examples, exit codes", () => {
    assert.include(page("holdfast-certs-rotate"), "\n\\fB\\-\\-timeout\\fR \\fIDURATION\\fR\nhow long \\-\\-wait waits")
    assert.include(page("holdfast-certs-rotate"), "\n\\fB\\-n\\fR, \\fB\\-\\-namespace\\fR \\fINAME\\fR\n")
    assert.include(page("holdfast-completion"), ".EX\nsource <(holdfast completion bash)\n.EE")
    assert.include(page("holdfast"), "\n\\fB76\\fR\na certificate error")
  })

  const mandoc = present("mandoc", "man pages are not checked with it")
  it.skipIf(!mandoc)("are clean for mandoc, but for the date that none of them has", () => {
    const { complaints } = check("mandoc", ["-T", "lint", "-W", "warning", ...files.map((file) => join(manual, file))])
    assert.deepStrictEqual(
      complaints.filter((line) => !line.includes("missing date")),
      []
    )
  })

  const groff = present("groff", "man pages are not checked with it")
  it.skipIf(!groff)("are clean for groff", () => {
    for (const file of files) {
      const { status, complaints } = check("groff", ["-man", "-ww", "-Tutf8", "-z", join(manual, file)])
      assert.deepStrictEqual([status, complaints], [0, []])
    }
  })
})
