import { readFileSync } from "node:fs"
import { assert, describe, it } from "vitest"
import { parseAllDocuments } from "yaml"
import { holdfast } from "./support/holdfast.ts"

const delivered = readFileSync(new URL("../../operator/deploy/holdfast.yaml", import.meta.url), "utf8")
const objectsOf = (text: string) => parseAllDocuments(text).flatMap((document) => document.toJS() ?? [])
const plan = (...words: ReadonlyArray<string>) => holdfast(["bootstrap", "--dry-run=client", "-o", "yaml", ...words])

describe("the built-in manifest", () => {
  it("is the operator's, and the default package repository comes after it", async () => {
    const { code, stdout } = await plan()
    assert.strictEqual(code, 0)
    const [repository, ...objects] = objectsOf(stdout).reverse()
    assert.deepInclude(repository, {
      kind: "PackageRepository",
      spec: { url: "https://packages.dl.glasskube.dev/packages/" }
    })
    assert.deepStrictEqual(objects.reverse(), objectsOf(delivered))
  })

  it("takes another image, and nothing else changes", async () => {
    const image = "registry.example.org/copies/holdfast-operator@sha256:0123"
    const { code, stdout } = await plan("--image", image, "--no-create-default-repository")
    assert.strictEqual(code, 0)
    const changed = delivered.replace(/image: .*/, `image: ${image}`)
    assert.notStrictEqual(changed, delivered)
    assert.deepStrictEqual(objectsOf(stdout), objectsOf(changed))
  })

  it.each([
    [["--image", "x:1", "--type", "slim"], "--image is for the built-in manifest, which --type replaces"],
    [["--image", "x:1", "-f", "operator.yaml"], "--image is for the built-in manifest, which --file replaces"],
    [["--image", "two words"], 'invalid value "two words" for --image'],
    [["--latest"], "--latest goes with --type slim or --type aio"]
  ])("refuses %j", async (words, complaint) => {
    const { code, stderr, stdout } = await plan(...words)
    assert.strictEqual(code, 64)
    assert.include(stderr, complaint)
    assert.strictEqual(stdout, "")
  })
})
