/** Faults, between the wire and the API. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import * as Duration from "effect/Duration"
import type { Fault, Match } from "../../Faults.ts"
import { StatusError } from "../Status.ts"
import type { Interceptor } from "./Listener.ts"
import { type Answer, taken } from "./Request.ts"

export interface Injected {
  readonly fault: Fault
  readonly match: Match
  left: number
  hits: number
}

const matches = (match: Match, message: IncomingMessage): boolean => {
  const url = message.url ?? ""
  if (match.method !== undefined && match.method !== message.method) return false
  if (match.path === undefined) return true
  return typeof match.path === "string" ? url.includes(match.path) : match.path.test(url)
}

export class Injector implements Interceptor {
  readonly active = new Set<Injected>()
  private readonly sleep: (millis: number) => Promise<void>
  constructor(sleep: (millis: number) => Promise<void>) {
    this.sleep = sleep
  }

  add(fault: Fault, match: Match, times: number): Injected {
    const injected: Injected = { fault, match, left: times, hits: 0 }
    this.active.add(injected)
    return injected
  }

  /** Counts a hit; the fault goes when it is used up. */
  private hit(injected: Injected): void {
    injected.hits++
    injected.left--
    if (injected.left <= 0) this.active.delete(injected)
  }

  async before(message: IncomingMessage, response: ServerResponse): Promise<Answer | undefined> {
    if (this.active.size === 0) return undefined
    for (const injected of [...this.active]) {
      const { fault } = injected
      if (!matches(injected.match, message)) continue
      if (fault._tag === "Latency") {
        this.hit(injected)
        await this.sleep(Duration.toMillis(Duration.fromInputUnsafe(fault.delay)))
      } else if (fault._tag === "Reset" && fault.when === "before-effect") {
        this.hit(injected)
        return reset(message)
      } else if (fault._tag === "Answer") {
        this.hit(injected)
        const seconds = fault.retryAfterSeconds
        const details = seconds === undefined ? undefined : { retryAfterSeconds: seconds }
        throw new StatusError(fault.code, fault.reason, fault.message, details)
      } else if (fault._tag === "TruncatedWatch" && /[?&]watch=(true|1)/.test(message.url ?? "")) {
        this.hit(injected)
        void this.sleep(Duration.toMillis(Duration.fromInputUnsafe(fault.after))).then(() => {
          if (!response.destroyed)
            response.write('{"type":"MODIFIED","object":{"kind":"', () => message.socket.destroy())
        })
      }
    }
    return undefined
  }

  async after(message: IncomingMessage): Promise<Answer | undefined> {
    if (this.active.size === 0) return undefined
    for (const injected of [...this.active]) {
      const { fault } = injected
      if (!matches(injected.match, message)) continue
      if (fault._tag === "Reset" && fault.when === "after-effect") {
        this.hit(injected)
        return reset(message)
      }
      if (fault._tag === "AnswerAfter") {
        this.hit(injected)
        throw new StatusError(fault.code, fault.reason, fault.message)
      }
    }
    return undefined
  }
}

const reset = (message: IncomingMessage): typeof taken => {
  const raw = (message.socket as unknown as { readonly _parent?: Socket })._parent ?? message.socket
  raw.resetAndDestroy()
  return taken
}
