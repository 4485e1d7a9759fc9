import { assert, describe, it } from "@effect/vitest"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { ConnectionError } from "../src/ConnectionError.ts"
import type { ClientError } from "../src/KubernetesClient.ts"
import { fromStatus, type KubernetesError } from "../src/KubernetesError.ts"
import type { KubernetesObject, ObjectList } from "../src/KubernetesObject.ts"
import type { HttpRequest } from "../src/Transport.ts"
import * as Watch from "../src/Watch.ts"

const pod = (name: string, resourceVersion: string, uid = name): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "web", uid, resourceVersion }
})
const line = (type: string, object: unknown) => JSON.stringify({ type, object })
const bookmark = (resourceVersion: string) =>
  line("BOOKMARK", { apiVersion: "v1", kind: "Pod", metadata: { resourceVersion } })
const status = (code: number, reason: string) =>
  fromStatus({ status: code, body: { kind: "Status", code, reason, message: reason } }, { method: "GET", url: "/pods" })
const gone = line("ERROR", { kind: "Status", apiVersion: "v1", code: 410, reason: "Expired", message: "too old" })
const reset = new ConnectionError({ reason: "reset", server: "https://lab", detail: "ECONNRESET" })

type Line = string | ConnectionError | "end"

/** A server of which the test plays the lists and the connections, one after the other. */
const play = (script: {
  readonly lists: ReadonlyArray<ObjectList | ClientError>
  /** Lines a connection gives; what it ends with; silence when there is no end. */
  readonly connections: ReadonlyArray<ReadonlyArray<Line> | KubernetesError>
}) => {
  const requests: Array<HttpRequest> = []
  let lists = 0
  const client: Watch.WatchClient = {
    path: () => Effect.succeed("/api/v1/namespaces/web/pods"),
    list: () =>
      Effect.suspend(() => {
        const next = script.lists[Math.min(lists++, script.lists.length - 1)]
        return next === undefined ? Effect.never : "items" in next ? Effect.succeed(next) : Effect.fail(next)
      }),
    open: (request) =>
      Effect.suspend(() => {
        const next = script.connections[requests.length]
        requests.push(request)
        if (next === undefined) return Effect.succeed(Stream.never)
        if (!Array.isArray(next)) return Effect.fail(next as KubernetesError)
        return Effect.succeed(
          next
            .reduce<Stream.Stream<string, KubernetesError>>(
              (lines, one) =>
                one === "end"
                  ? lines
                  : Stream.concat(lines, typeof one === "string" ? Stream.succeed(one) : Stream.fail(one)),
              Stream.empty
            )
            .pipe((lines) => (next.at(-1) === "end" ? lines : Stream.concat(lines, Stream.never)))
        )
      })
  }
  return { client, requests, lists: () => lists }
}

const told = (event: Watch.WatchEvent): string => {
  switch (event._tag) {
    case "Added":
    case "Modified":
    case "Deleted":
      return `${event._tag} ${event.object.metadata.name}@${event.object.metadata.resourceVersion}`
    case "Listed":
      return `Listed ${event.objects.length}@${event.resourceVersion}`
    case "Reconnecting":
      return `Reconnecting ${event.error?._tag ?? event.reason}`
    default:
      return `${event._tag} @${event.resourceVersion}`
  }
}

const policy = RetryPolicy.make({ baseDelay: "1 second", maxDelay: "10 seconds", jitter: "none" })

/** The first `count` events, with the virtual clock moved on as long as they take. */
const events = (client: Watch.WatchClient, count: number, options: Watch.WatchOptions = { policy }) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(
      Watch.make(client, { apiVersion: "v1", kind: "Pod", namespace: "web" }, options).pipe(
        Stream.take(count),
        Stream.runCollect
      )
    )
    for (let i = 0; i < 20; i++) yield* TestClock.adjust("30 seconds")
    return Array.from(yield* Fiber.join(fiber), told)
  })

const empty: ObjectList = { resourceVersion: "10", items: [] }

describe("Watch", () => {
  it.effect("tells what there is, then what changes, with bookmarks asked for and a length that differs", () =>
    Effect.gen(function* () {
      const server = play({
        lists: [{ resourceVersion: "10", items: [pod("a", "7")] }],
        connections: [
          [
            line("ADDED", pod("b", "11")),
            line("MODIFIED", pod("a", "12")),
            line("DELETED", pod("b", "13")),
            bookmark("20")
          ]
        ]
      })
      assert.deepStrictEqual(yield* events(server.client, 7), [
        "Added a@7",
        "Listed 1@10",
        "Connected @10",
        "Added b@11",
        "Modified a@12",
        "Deleted b@13",
        "Bookmark @20"
      ])
      const query = server.requests[0]?.query
      assert.strictEqual(query?.["resourceVersion"], "10")
      assert.isTrue(query?.["allowWatchBookmarks"])
      const seconds = Number(query?.["timeoutSeconds"])
      assert.isTrue(seconds >= 300 && seconds <= 600)
    })
  )

  it.effect("goes on from the last version seen when the connection is reset", () =>
    Effect.gen(function* () {
      const server = play({
        lists: [empty],
        connections: [[line("ADDED", pod("a", "11")), reset], [line("MODIFIED", pod("a", "12"))]]
      })
      assert.deepStrictEqual(yield* events(server.client, 6), [
        "Listed 0@10",
        "Connected @10",
        "Added a@11",
        "Reconnecting ConnectionError",
        "Connected @11",
        "Modified a@12"
      ])
      assert.strictEqual(server.requests[1]?.query?.["resourceVersion"], "11")
      assert.strictEqual(server.lists(), 1)
    })
  )

  it.effect("goes on from a bookmark when the server closes", () =>
    Effect.gen(function* () {
      const server = play({ lists: [empty], connections: [[bookmark("40"), "end"], []] })
      assert.deepStrictEqual((yield* events(server.client, 5)).slice(2), [
        "Bookmark @40",
        "Reconnecting closed",
        "Connected @40"
      ])
    })
  )

  for (const [how, connection] of [
    ["as an event", [gone]],
    ["as a status", status(410, "Expired")]
  ] as const) {
    it.effect(`a forgotten version (410 ${how}) leads to a new list, and what vanished is told`, () =>
      Effect.gen(function* () {
        const server = play({
          lists: [
            { resourceVersion: "10", items: [pod("a", "1"), pod("b", "2"), pod("c", "3"), pod("d", "4", "old")] },
            { resourceVersion: "90", items: [pod("a", "1"), pod("b", "80"), pod("d", "81", "new"), pod("e", "82")] }
          ],
          connections: [connection, [line("ADDED", pod("f", "91"))]]
        })
        const seen = yield* events(server.client, how === "as an event" ? 15 : 14)
        assert.deepStrictEqual(seen.slice(seen.indexOf("Reconnecting Expired")), [
          "Reconnecting Expired",
          "Deleted c@3",
          "Deleted d@4",
          "Modified b@80",
          "Added d@81",
          "Added e@82",
          "Listed 4@90",
          "Connected @90",
          "Added f@91"
        ])
      })
    )
  }

  it.effect("a connection that says nothing is made anew, at once, and is no failure", () =>
    Effect.gen(function* () {
      const server = play({ lists: [empty], connections: [[], [bookmark("11")]] })
      const seen = yield* events(server.client, 5, { policy, silence: "90 seconds" })
      assert.deepStrictEqual(seen.slice(2), ["Reconnecting silent", "Connected @10", "Bookmark @11"])
    })
  )

  for (const broken of ['{"type":"ADDED","obj', "[]", '{"type":"ADDED","object":{}}', '{"type":"NEWS","object":{}}']) {
    it.effect(`a broken line (${broken}) is told, not swallowed, and the rest is kept`, () =>
      Effect.gen(function* () {
        const server = play({ lists: [empty], connections: [[line("ADDED", pod("a", "11")), broken], []] })
        const seen = yield* events(server.client, 5)
        assert.deepStrictEqual(seen.slice(2), ["Added a@11", "Reconnecting UnexpectedResponse", "Connected @11"])
      })
    )
  }

  it.effect("waits longer after each failure, and not after success", () =>
    Effect.gen(function* () {
      const server = play({
        lists: [empty],
        connections: [reset, reset, reset, [bookmark("11"), reset], []]
      })
      const fiber = yield* Effect.forkChild(
        Watch.make(server.client, { apiVersion: "v1", kind: "Pod" }, { policy }).pipe(
          Stream.filter((event) => event._tag === "Reconnecting"),
          Stream.map((event) => event.delay),
          Stream.take(4),
          Stream.runCollect
        )
      )
      for (let i = 0; i < 20; i++) yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(Array.from(yield* Fiber.join(fiber)), [1000, 2000, 4000, 1000])
    })
  )

  it.effect("leaves a busy server alone for as long as it asks", () =>
    Effect.gen(function* () {
      const busy = fromStatus({ status: 429, headers: { "retry-after": "25" } }, { method: "GET", url: "/pods" })
      const server = play({ lists: [empty], connections: [busy, []] })
      const queue = yield* Queue.unbounded<Watch.WatchEvent, ClientError | Cause.Done>()
      yield* Effect.forkChild(
        Stream.runIntoQueue(Watch.make(server.client, { apiVersion: "v1", kind: "Pod" }, { policy }), queue)
      )
      const [, reconnecting] = [yield* Queue.take(queue), yield* Queue.take(queue)]
      assert.strictEqual(reconnecting._tag === "Reconnecting" && reconnecting.delay, 25_000)
    })
  )

  it.effect("fails for good without permission, at first and later on", () =>
    Effect.gen(function* () {
      const forbidden = status(403, "Forbidden")
      for (const server of [
        play({ lists: [forbidden], connections: [] }),
        play({ lists: [empty], connections: [forbidden] }),
        play({ lists: [empty], connections: [status(404, "NotFound")] })
      ]) {
        const error = yield* Effect.flip(events(server.client, 9))
        assert.include(["Forbidden", "NotFound"], error._tag)
      }
    })
  )

  it.effect("a server that is not what the kubeconfig says fails at first, and is waited for later on", () =>
    Effect.gen(function* () {
      const plain = new ConnectionError({ reason: "not-tls", server: "https://lab", detail: "EPROTO" })
      const first = play({ lists: [plain], connections: [] })
      assert.strictEqual((yield* Effect.flip(events(first.client, 9)))._tag, "ConnectionError")
      const later = play({ lists: [empty], connections: [plain, plain, []] })
      assert.deepStrictEqual((yield* events(later.client, 4)).slice(1), [
        "Reconnecting ConnectionError",
        "Reconnecting ConnectionError",
        "Connected @10"
      ])
    })
  )

  it.effect("a first list that does not come is tried again, and told", () =>
    Effect.gen(function* () {
      const server = play({ lists: [reset, status(503, "ServiceUnavailable"), empty], connections: [] })
      assert.deepStrictEqual(yield* events(server.client, 4), [
        "Reconnecting ConnectionError",
        "Reconnecting ServiceUnavailable",
        "Listed 0@10",
        "Connected @10"
      ])
    })
  )

  it.effect("one object is followed by its name, next to other fields", () =>
    Effect.gen(function* () {
      const server = play({ lists: [empty], connections: [] })
      yield* Watch.make(
        server.client,
        { apiVersion: "v1", kind: "Pod", name: "a", fieldSelector: "status.phase=Running", labelSelector: "x=y" },
        { policy }
      ).pipe(Stream.take(2), Stream.runDrain)
      assert.strictEqual(server.requests[0]?.query?.["fieldSelector"], "metadata.name=a,status.phase=Running")
      assert.strictEqual(server.requests[0]?.query?.["labelSelector"], "x=y")
    })
  )
})
