import type { Trusted } from "../../rotation/RotationState.ts"

export const hasId = (all: ReadonlyArray<Trusted>, id: string): boolean => all.some((each) => each.id === id)

/** Whether a bundle has what is wanted, and nothing else. A certificate of the same key that ends later will do. */
export const has = (bundle: ReadonlyArray<Trusted>, wanted: ReadonlyArray<Trusted>): boolean =>
  bundle.length === wanted.length &&
  wanted.every(({ id, notAfter }) => bundle.some((each) => each.id === id && each.notAfter >= notAfter))
