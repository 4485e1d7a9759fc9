/** Watches: history, live changes, bookmarks, and an end by timeout, expiry or deletion of the kind. */
import type { ServerResponse } from "node:http"
import type { Core } from "../Core.ts"
import { type ApiRequest, encode, taken } from "../http/Request.ts"
import { type JsonObject, setAt } from "../Json.ts"
import type { ResourceType } from "../Resources.ts"
import { badRequest, expired, invalid, StatusError } from "../Status.ts"
import * as Selectors from "../store/Selectors.ts"
import type { Change, Collection } from "../store/Store.ts"
import type { Representation } from "../table/Representation.ts"
import { convertAll, predicate } from "./List.ts"

/** What the watches of one server instance share. */
export class Watches {
  readonly open = new Set<Watch>()
  /** Ends the watches on one kind. */
  endAll(storage: string): void {
    for (const each of this.open) if (each.resource.storage === storage) each.end("end")
  }

  bookmarkAll(): void {
    for (const each of this.open) each.bookmark()
  }
}

const isTrue = (text: string | null): boolean => text === "true" || text === "1"

const bookmarkBefore = 2000

export const watch = async (
  core: Core,
  watches: Watches,
  request: ApiRequest,
  resource: ResourceType,
  namespace: string | undefined,
  name: string | undefined,
  shown: Representation | undefined
): Promise<typeof taken> => {
  const { query, response } = request
  const matches = predicate(query, resource)
  const wanted = query.get("resourceVersion") ?? ""
  if (!/^\d*$/.test(wanted)) {
    const text = JSON.stringify(wanted)
    throw badRequest(`resourceVersion: Invalid value: ${text}: strconv.ParseUint: parsing ${text}: invalid syntax`)
  }
  const asked = query.has("sendInitialEvents")
  const initial = isTrue(query.get("sendInitialEvents"))
  if (asked && query.get("resourceVersionMatch") !== "NotOlderThan") {
    throw invalid({ group: "meta.k8s.io", plural: "", kind: "ListOptions" }, "", [
      {
        type: "Forbidden",
        field: "resourceVersionMatch",
        detail: "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
      }
    ])
  }
  const exactly = name ?? Selectors.selectedName(query.get("fieldSelector") ?? undefined)
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" })
  response.flushHeaders()
  const opened = new Watch(core, watches, resource, response, {
    matches,
    concerns: concerning(namespace, exactly),
    bookmarks: isTrue(query.get("allowWatchBookmarks")),
    shown
  })
  const from = wanted === "" || wanted === "0" || initial ? undefined : Number(wanted)
  opened.start(from, asked && !initial ? "nothing" : initial ? "with-end" : "plain")
  const seconds = Number(query.get("timeoutSeconds") ?? 0)
  if (seconds > 0) opened.endAfter(seconds * 1000)
  return taken
}

/** Whether an object's key is within the namespace, and of the name, that a watch is about. */
const concerning = (namespace: string | undefined, name: string | undefined): ((key: string) => boolean) => {
  const prefix = namespace === undefined ? "" : `${namespace}/`
  if (name === undefined) return (key) => key.startsWith(prefix)
  return (key) => key === `${prefix}${name}` || (prefix === "" && key.endsWith(`/${name}`))
}

interface WatchOptions {
  readonly matches: Selectors.Predicate
  readonly concerns: (key: string) => boolean
  readonly bookmarks: boolean
  readonly shown: Representation | undefined
}

export class Watch {
  readonly resource: ResourceType
  private readonly core: Core
  private readonly watches: Watches
  private readonly response: ServerResponse
  private readonly options: WatchOptions
  private readonly collection: Collection
  /** Lines that wait for a conversion webhook, so that the order is kept. */
  private queue: Promise<void> = Promise.resolve()
  private pending = 0
  private ended = false
  private from = 0
  private cancel: () => void = () => {}

  constructor(core: Core, watches: Watches, resource: ResourceType, response: ServerResponse, options: WatchOptions) {
    this.core = core
    this.watches = watches
    this.resource = resource
    this.response = response
    this.options = options
    this.collection = core.store.collection(resource.storage)
    response.on("close", () => this.end("end"))
  }

  /** Sends what the client has to know first, then follows. */
  start(from: number | undefined, initial: "plain" | "with-end" | "nothing"): void {
    const { collection, options } = this
    const changes = from === undefined ? [] : collection.since(from)
    if (changes === undefined) {
      this.fail(expired(`too old resource version: ${from} (${collection.horizon})`))
      return
    }
    if (from === undefined && initial !== "nothing") {
      for (const [key, object] of collection.entries()) {
        if (options.concerns(key) && options.matches(object)) this.send("ADDED", object)
      }
      if (initial === "with-end") this.bookmark({ "k8s.io/initial-events-end": "true" })
    }
    for (const change of changes) this.deliver(change)
    if (this.ended) return
    // Of a revision that is still to come, nothing is told until it has come.
    this.from = from ?? 0
    collection.listeners.add(this.deliver)
    this.watches.open.add(this)
  }

  /** Ends in time, with a last bookmark before, so that the next watch starts from there. */
  endAfter(millis: number): void {
    const end = this.core.after(millis, () => this.end("end"))
    const last = millis > bookmarkBefore ? this.core.after(millis - bookmarkBefore, () => this.bookmark()) : () => {}
    this.cancel = () => {
      end()
      last()
    }
  }

  bookmark(annotations?: JsonObject): void {
    if (!this.options.bookmarks) return
    const metadata = {
      resourceVersion: String(this.core.store.revision),
      ...(annotations === undefined ? {} : { annotations })
    }
    const object = { kind: this.resource.kind, apiVersion: this.resource.apiVersion, metadata }
    this.write(`${JSON.stringify({ type: "BOOKMARK", object })}\n`)
  }

  /** Ends as the server does when it has to: the stream just ends, or is cut. */
  end(how: "end" | "cut"): void {
    if (this.ended) return
    this.ended = true
    this.collection.listeners.delete(this.deliver)
    this.watches.open.delete(this)
    this.cancel()
    if (how === "end") this.response.end()
    else this.response.destroy()
  }

  private readonly deliver = (change: Change): void => {
    if (change.revision <= this.from || !this.options.concerns(change.key)) return
    const type = this.typeOf(change)
    if (type === undefined) return
    if (type === "DELETED" && change.type !== "DELETED" && change.previous !== undefined) {
      // An object that stopped matching is told with its last matching state and the new revision.
      this.send(type, setAt(change.previous, ["metadata", "resourceVersion"], String(change.revision)))
    } else this.send(type, change.object, change)
  }

  private typeOf(change: Change): string | undefined {
    const { matches } = this.options
    if (matches === Selectors.everything) return change.type
    const now = change.type !== "DELETED" && matches(change.object)
    const before = change.previous !== undefined && matches(change.previous)
    if (now) return before ? "MODIFIED" : "ADDED"
    return before ? "DELETED" : undefined
  }

  private send(type: string, object: JsonObject, change?: Change): void {
    const { apiVersion } = this.resource
    if (object["apiVersion"] !== apiVersion) {
      const converted = convertAll(this.core, [object], this.resource)
      this.write(converted.then(([made = object]) => this.line(type, made)))
      return
    }
    const key = `${type} ${apiVersion} ${this.options.shown?.id ?? ""}`
    const line = change?.lines.get(key) ?? this.line(type, object)
    change?.lines.set(key, line)
    this.write(line)
  }

  private line(type: string, object: JsonObject): string {
    const { shown } = this.options
    return `{"type":"${type}","object":${shown === undefined ? encode(object) : JSON.stringify(shown.one(object))}}\n`
  }

  private fail(error: StatusError): void {
    this.write(`${JSON.stringify({ type: "ERROR", object: error.toStatus() })}\n`)
    this.end("end")
  }

  private write(line: string | Promise<string>): void {
    if (this.ended) return
    if (this.pending === 0 && typeof line === "string") {
      this.response.write(line)
      return
    }
    this.pending++
    this.queue = this.queue.then(async () => {
      try {
        const text = await line
        if (!this.ended) this.response.write(text)
      } catch (error) {
        this.pending = 0
        this.fail(error instanceof StatusError ? error : new StatusError(500, "InternalError", String(error)))
      } finally {
        this.pending = Math.max(0, this.pending - 1)
      }
    })
  }
}
