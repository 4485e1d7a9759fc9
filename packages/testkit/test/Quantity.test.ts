import { assert, it } from "@effect/vitest"
import { canonical } from "../src/internal/builtins/quantity.ts"

it.each([
  ["1000m", "1"],
  ["100m", "100m"],
  ["0.5", "500m"],
  ["1.5Gi", "1536Mi"],
  ["1024Mi", "1Gi"],
  ["64Mi", "64Mi"],
  ["1000", "1k"],
  ["1500", "1500"],
  ["0", "0"],
  ["0m", "0"],
  ["-1000m", "-1"],
  ["10G", "10G"],
  [1, "1"],
  [0.1, "100m"],
  ["plenty", "plenty"]
])("the quantity %s is written as %s", (given, written) => {
  assert.strictEqual(canonical(given), written)
})
