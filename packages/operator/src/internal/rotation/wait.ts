import type { RotationView, Wait } from "../../rotation/RotationView.ts"
import { pollInterval } from "./times.ts"

export const names = (all: ReadonlyArray<{ readonly name: string }>): ReadonlyArray<string> =>
  all.map(({ name }) => name)

export const wait = (
  view: RotationView,
  what: Wait["for"],
  missing: ReadonlyArray<string> = [],
  until: number = view.now + pollInterval
): Wait => ({ _tag: "Wait", for: what, missing, until })
