import { assert, describe, it } from "@effect/vitest"
import * as Command from "@holdfast/cli/commandline/Command"
import * as Flag from "@holdfast/cli/commandline/Flag"
import { parse } from "@holdfast/cli/commandline/Parse"
import * as fc from "fast-check"

const apply = Command.make({
  name: "apply",
  summary: "",
  flags: {
    filename: Flag.texts("", "FILE", { short: "f" }),
    namespace: Flag.text("", "NAME", { short: "n" }),
    requestTimeout: Flag.duration(""),
    wait: Flag.toggle(""),
    yes: Flag.toggle("", { short: "y" }),
    dryRun: Flag.choice("", ["client", "server"], { bare: "client" }),
    retryDeadline: Flag.text("", "DURATION", { aliases: ["deadline"] }),
    attempts: Flag.integer("", "COUNT", { minimum: 1 })
  },
  examples: [],
  load: async () => async () => 0
})
const wrap = Command.make({
  name: "retry",
  summary: "",
  passThrough: true,
  flags: { attempts: Flag.integer("", "COUNT", { minimum: 1 }) },
  examples: [],
  load: async () => async () => 0
})
const list = Command.make({
  name: "certs list",
  summary: "",
  flags: { output: Flag.text("", "FORMAT", { short: "o" }) },
  examples: [],
  load: async () => async () => 0
})
const program = { commands: [apply, wrap, list], groups: [{ name: "certs", summary: "" }] }

const flagsOf = (...words: ReadonlyArray<string>) => {
  const parsed = parse(words, program)
  assert.strictEqual(parsed._tag, "Parsed", JSON.stringify(parsed))
  return parsed._tag === "Parsed" ? parsed.flags : {}
}
const problemOf = (...words: ReadonlyArray<string>) => {
  const parsed = parse(words, program)
  assert.strictEqual(parsed._tag, "UsageError", JSON.stringify(parsed))
  return parsed._tag === "UsageError" ? parsed.message : ""
}

describe("Parse", () => {
  it("takes values after a space, after an equals sign and right behind the letter", () => {
    for (const words of [["-n", "a"], ["-na"], ["-n=a"], ["--namespace", "a"], ["--namespace=a"]]) {
      assert.strictEqual(flagsOf("apply", ...words)["namespace"], "a", words.join(" "))
    }
  })

  it("takes flags before the command, as kubectl does", () => {
    assert.strictEqual(flagsOf("-n", "a", "apply")["namespace"], "a")
  })

  it("takes joined letters, a dash as a value, and a flag many times", () => {
    const flags = flagsOf("apply", "-yf", "-", "-f", "b.yaml")
    assert.strictEqual(flags["yes"], true)
    assert.deepStrictEqual(flags["filename"], ["-", "b.yaml"])
  })

  it("negates switches with =false and with --no-", () => {
    assert.strictEqual(flagsOf("apply", "--wait=false")["wait"], false)
    assert.strictEqual(flagsOf("apply", "--no-wait")["wait"], false)
    assert.strictEqual(flagsOf("apply", "--wait")["wait"], true)
    assert.isUndefined(flagsOf("apply")["wait"])
  })

  it("lets a flag with a value of its own stand alone", () => {
    assert.strictEqual(flagsOf("apply", "--dry-run")["dryRun"], "client")
    assert.strictEqual(flagsOf("apply", "--dry-run=server")["dryRun"], "server")
  })

  it("knows other names of a flag", () => {
    assert.strictEqual(flagsOf("apply", "--deadline=5s")["retryDeadline"], "5s")
  })

  it("leaves everything after the first word of a wrapped command alone", () => {
    const parsed = parse(["retry", "--attempts", "3", "--", "helm", "-n", "x", "--wait"], program)
    assert.deepStrictEqual(parsed._tag === "Parsed" && parsed.operands, ["helm", "-n", "x", "--wait"])
  })

  it("names an unknown flag or command and the one that was meant", () => {
    assert.strictEqual(problemOf("apply", "--namespce", "x"), "unknown flag: --namespce (did you mean --namespace?)")
    assert.strictEqual(problemOf("aply"), 'unknown command: "aply" (did you mean apply?)')
    assert.strictEqual(problemOf("apply", "-q"), "unknown flag: -q")
    assert.strictEqual(problemOf("frobnicate"), 'unknown command: "frobnicate"')
  })

  it("finds a command of a group by its two words, with flags anywhere", () => {
    for (const words of [
      ["certs", "list", "-o", "json"],
      ["-o", "json", "certs", "list"],
      ["certs", "-o=json", "list"]
    ]) {
      const parsed = parse(words, program)
      assert.strictEqual(parsed._tag === "Parsed" && parsed.command.name, "certs list", words.join(" "))
    }
    assert.strictEqual(problemOf("certs", "lsit"), 'unknown command: "certs lsit" (did you mean certs list?)')
    assert.deepStrictEqual(parse(["certs"], program), { _tag: "HelpWanted", topic: program.groups[0] })
    assert.strictEqual(problemOf("list"), 'unknown command: "list"')
  })

  it("names the flag whose value is missing or out of range", () => {
    assert.include(problemOf("apply", "--namespace"), "flag --namespace needs a value (NAME)")
    assert.include(problemOf("apply", "--attempts=-1"), 'invalid value "-1" for --attempts')
    assert.include(problemOf("apply", "--request-timeout=-5s"), "--request-timeout")
    assert.include(problemOf("apply", "--wait=perhaps"), "expected true or false")
    assert.include(problemOf("apply", "--dry-run=sometimes"), "expected one of client, server")
  })

  it("refuses arguments that a command does not take", () => {
    assert.strictEqual(problemOf("apply", "x.yaml"), 'apply takes no arguments, got "x.yaml"')
  })

  it("answers --help wherever it stands", () => {
    assert.strictEqual(parse(["apply", "--help"], program)._tag, "HelpWanted")
    assert.strictEqual(parse(["-h"], program)._tag, "HelpWanted")
    assert.strictEqual(parse([], program)._tag, "HelpWanted")
  })

  it("understands or refuses any words, and never throws", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.string(), fc.constantFrom("apply", "retry", "--", "-", "-n", "--wait", "--no-wait", "-y="))
        ),
        (words) => ["Parsed", "UsageError", "HelpWanted"].includes(parse(words, program)._tag)
      )
    )
  })

  it("reads every duration that it writes", () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(59), fc.nat(999), (hours, seconds, millis) => {
        const text = `${hours}h${seconds}s${millis}ms`
        assert.strictEqual(Flag.parseDuration(text), hours * 3_600_000 + seconds * 1000 + millis)
      })
    )
  })
})
