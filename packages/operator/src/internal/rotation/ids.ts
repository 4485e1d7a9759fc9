import type { Trusted } from "../../rotation/RotationState.ts"

export const hasId = (all: ReadonlyArray<Trusted>, id: string): boolean => all.some((each) => each.id === id)

export const sameIds = (a: ReadonlyArray<Trusted>, b: ReadonlyArray<Trusted>): boolean =>
  a.length === b.length && a.every(({ id }) => hasId(b, id))
