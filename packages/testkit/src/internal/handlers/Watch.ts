/** Watches: history, live changes, bookmarks, and an end by timeout, expiry or deletion of the kind. */
import type { Core } from "../Core.ts"
import { type ApiRequest, encode, taken } from "../http/Request.ts"
import { type JsonObject, setAt } from "../Json.ts"
import type { ResourceType } from "../Resources.ts"
import { badRequest, expired, StatusError } from "../Status.ts"
import * as Selectors from "../store/Selectors.ts"
import type { Change } from "../store/Store.ts"
import { convertAll, predicate } from "./List.ts"

export interface OpenWatch {
  readonly resource: ResourceType
  readonly bookmark: () => void
  /** Ends the watch as the server does when it has to: the stream just ends, or is cut. */
  readonly end: (how: "end" | "cut") => void
}

/** What the watches of one server instance share. */
export class Watches {
  readonly open = new Set<OpenWatch>()
  bookmarkAll(): void {
    for (const each of this.open) each.bookmark()
  }
}

/** How objects of a watch are shown: as they are, or as rows of a table. */
export type Show = (object: JsonObject) => JsonObject

const isTrue = (text: string | null): boolean => text === "true" || text === "1"

export const watch = async (
  core: Core,
  watches: Watches,
  request: ApiRequest,
  resource: ResourceType,
  namespace: string | undefined,
  name: string | undefined,
  show: Show | undefined
): Promise<typeof taken> => {
  const { query, response } = request
  const matches = predicate(query, resource)
  const exactly = name ?? Selectors.selectedName(query.get("fieldSelector") ?? undefined)
  const prefix = namespace === undefined ? "" : `${namespace}/`
  const concerns = (key: string) =>
    (prefix === "" || key.startsWith(prefix)) &&
    (exactly === undefined || key === `${prefix}${exactly}` || (prefix === "" && key.endsWith(`/${exactly}`)))
  const wanted = query.get("resourceVersion") ?? ""
  if (!/^\d*$/.test(wanted))
    throw badRequest(
      `resourceVersion: Invalid value: ${JSON.stringify(wanted)}: strconv.ParseUint: parsing ${JSON.stringify(wanted)}: invalid syntax`
    )
  const initial = isTrue(query.get("sendInitialEvents"))
  const bookmarks = isTrue(query.get("allowWatchBookmarks"))
  if (query.has("sendInitialEvents") && query.get("resourceVersionMatch") !== "NotOlderThan") {
    throw new StatusError(
      422,
      "Invalid",
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'
    )
  }
  const collection = core.store.collection(resource.storage)
  const from = wanted === "" || wanted === "0" || initial ? undefined : Number(wanted)

  const plainTypes = resource.custom === undefined || show === undefined
  const lineKey = `${resource.apiVersion}${show === undefined ? "" : "#table"}`
  void plainTypes
  const render = async (type: string, object: JsonObject): Promise<string> => {
    const [converted = object] = await convertAll(core, [object], resource)
    const shown = show === undefined ? converted : show(converted)
    return `{"type":"${type}","object":${show === undefined ? encode(shown) : JSON.stringify(shown)}}\n`
  }

  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" })
  response.flushHeaders()
  let queue: Promise<void> = Promise.resolve()
  let pending = 0
  let ended = false
  let last = from ?? core.store.revision
  const write = (line: string) => {
    if (!ended) response.write(line)
  }
  /** Keeps the order of lines also where a conversion webhook has to be asked first. */
  const send = (revision: number, line: string | Promise<string>) => {
    if (pending === 0 && typeof line === "string") {
      last = revision
      return write(line)
    }
    pending++
    queue = queue.then(async () => {
      try {
        write(await line)
        last = revision
      } catch (error) {
        const status = error instanceof StatusError ? error : new StatusError(500, "InternalError", String(error))
        fail(status)
      } finally {
        pending--
      }
    })
  }
  const fail = (error: StatusError) => {
    write(`${JSON.stringify({ type: "ERROR", object: error.toStatus() })}\n`)
    finish("end")
  }
  const eventType = (change: Change): string | undefined => {
    if (matches === Selectors.everything) return change.type
    const now = change.type !== "DELETED" && matches(change.object)
    const before = change.previous !== undefined && matches(change.previous)
    if (now) return before ? "MODIFIED" : "ADDED"
    return before ? "DELETED" : undefined
  }
  const deliver = (change: Change) => {
    if (!concerns(change.key)) return
    const type = eventType(change)
    if (type === undefined) return
    // An object that stopped matching is reported with its last matching state and the new revision.
    const object =
      type === "DELETED" && change.type !== "DELETED" && change.previous !== undefined
        ? setAt(change.previous, ["metadata", "resourceVersion"], String(change.revision))
        : change.object
    if (object["apiVersion"] === resource.apiVersion) {
      const key = `${lineKey}/${type}`
      let line = change.lines.get(key)
      if (line === undefined) {
        line = `{"type":"${type}","object":${show === undefined ? encode(object) : JSON.stringify(show(object))}}\n`
        change.lines.set(key, line)
      }
      send(change.revision, line)
    } else send(change.revision, render(type, object))
  }
  const bookmark = (annotations?: JsonObject) => {
    const object = {
      kind: resource.kind,
      apiVersion: resource.apiVersion,
      metadata: {
        resourceVersion: String(core.store.revision),
        creationTimestamp: null,
        ...(annotations === undefined ? {} : { annotations })
      }
    }
    send(core.store.revision, `${JSON.stringify({ type: "BOOKMARK", object })}\n`)
  }
  const finish = (how: "end" | "cut") => {
    if (ended) return
    ended = true
    collection.listeners.delete(deliver)
    watches.open.delete(handle)
    cancel?.()
    if (how === "end") response.end()
    else response.destroy()
  }
  const handle: OpenWatch = { resource, bookmark: () => bookmarks && bookmark(), end: finish }
  let cancel: (() => void) | undefined
  response.on("close", () => finish("end"))

  if (from !== undefined && from > core.store.revision) {
    fail(
      new StatusError(504, "Timeout", `Too large resource version: ${from}, current: ${core.store.revision}`, {
        causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
        retryAfterSeconds: 1
      })
    )
    return taken
  }
  const changes = from === undefined ? [] : collection.since(from)
  if (changes === undefined) {
    fail(expired(`too old resource version: ${from} (${collection.horizon})`))
    return taken
  }
  const skipInitial = query.has("sendInitialEvents") && !initial
  if (from === undefined && !skipInitial) {
    for (const [key, object] of collection.entries()) {
      if (!concerns(key)) continue
      if (object["apiVersion"] === resource.apiVersion) {
        if (matches(object)) {
          send(
            core.store.revision,
            `{"type":"ADDED","object":${show === undefined ? encode(object) : JSON.stringify(show(object))}}\n`
          )
        }
      } else send(core.store.revision, render("ADDED", object))
    }
    if (initial && bookmarks) bookmark({ "k8s.io/initial-events-end": "true" })
  }
  for (const change of changes) deliver(change)
  collection.listeners.add(deliver)
  watches.open.add(handle)
  void last
  const timeout = Number(query.get("timeoutSeconds") ?? 0)
  if (timeout > 0) cancel = core.after(timeout * 1000, () => finish("end"))
  return taken
}
