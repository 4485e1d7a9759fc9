/** What all parts of the server share: storage, the kinds being served, time and randomness. */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { JsonObject } from "./Json.ts"
import { Resources, type ResourceType } from "./Resources.ts"
import { Store } from "./store/Store.ts"

/** How objects go from one version of their kind to another. */
export type Convert = (
  objects: ReadonlyArray<JsonObject>,
  to: ResourceType
) => ReadonlyArray<JsonObject> | Promise<ReadonlyArray<JsonObject>>

interface Randomness {
  nextDoubleUnsafe(): number
}

export class Core {
  readonly store: Store
  readonly resources = new Resources()
  private readonly clock: Clock.Clock
  private readonly random: Randomness
  private readonly timers = new Set<Fiber.Fiber<void>>()
  convert: Convert = (objects) => objects

  constructor(options: { readonly clock: Clock.Clock; readonly random: Randomness; readonly historyLimit: number }) {
    this.clock = options.clock
    this.random = options.random
    this.store = new Store(options.historyLimit)
  }

  millis(): number {
    return this.clock.currentTimeMillisUnsafe()
  }

  /** Now, as `metav1.Time` writes it. */
  now(): string {
    return new Date(this.millis()).toISOString().replace(/\.\d+Z$/, "Z")
  }

  /** Runs something after a time on the server's clock; returns how to call it off. */
  after(millis: number, run: () => void): () => void {
    const fiber = Effect.runFork(
      Effect.andThen(
        this.clock.sleep(Duration.millis(millis)),
        Effect.sync(() => {
          this.timers.delete(fiber)
          run()
        })
      )
    )
    this.timers.add(fiber)
    return () => {
      this.timers.delete(fiber)
      Effect.runFork(Fiber.interrupt(fiber))
    }
  }

  stop(): void {
    for (const fiber of this.timers) Effect.runFork(Fiber.interrupt(fiber))
    this.timers.clear()
  }

  uuid(): string {
    const hex = Array.from({ length: 32 }, (_, index) => {
      const digit = Math.floor(this.random.nextDoubleUnsafe() * 16)
      return (index === 12 ? 4 : index === 16 ? (digit & 3) | 8 : digit).toString(16)
    }).join("")
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")
  }

  /** The suffix of a generated name. */
  suffix(length = 5): string {
    const letters = "bcdfghjklmnpqrstvwxz2456789"
    return Array.from({ length }, () => letters[Math.floor(this.random.nextDoubleUnsafe() * letters.length)]).join("")
  }
}

export const keyOf = (namespace: string | undefined, name: string): string =>
  namespace === undefined || namespace === "" ? name : `${namespace}/${name}`
