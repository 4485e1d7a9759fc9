import * as fs from "node:fs"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Manifests from "@holdfast/k8s-adapter/Manifests"
import { Effect, type Scope } from "effect"
import { temporaryFolder } from "./support/temporaryFolder.ts"

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`

const server = (handler: http.RequestListener): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<http.Server>((resolve) => {
          const listening = http.createServer(handler).listen(0, "127.0.0.1", () => resolve(listening))
        })
    ),
    (listening) => Effect.sync(() => listening.close().closeAllConnections())
  ).pipe(Effect.map((listening) => `http://127.0.0.1:${(listening.address() as AddressInfo).port}/all.yaml`))

const names = (sources: Manifests.Sources) =>
  Effect.map(Manifests.read(sources), (manifests) => manifests.map(({ object }) => object.metadata.name))

const refused = (sources: Manifests.Sources) => Effect.flip(Manifests.read(sources))

describe("Manifests", () => {
  describe("files and folders", () => {
    it.effect("reads a file whatever its name ends in", () =>
      Effect.gen(function* () {
        const root = yield* temporaryFolder({ "a.txt": configMap("a") })
        assert.deepStrictEqual(yield* names({ files: [`${root}/a.txt`] }), ["a"])
      })
    )

    it.effect("reads a folder in the order of names, only kubectl's file types, not what lies below", () =>
      Effect.gen(function* () {
        const root = yield* temporaryFolder({
          "c.yml": configMap("c"),
          "a.yaml": configMap("a"),
          "b.json": `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}`,
          "README.md": "not a manifest",
          "below/d.yaml": configMap("d")
        })
        assert.deepStrictEqual(yield* names({ files: [root] }), ["a", "b", "c"])
        assert.deepStrictEqual(yield* names({ files: [root], recursive: true }), ["a", "b", "d", "c"])
      })
    )

    it.effect("keeps the order of the sources", () =>
      Effect.gen(function* () {
        const root = yield* temporaryFolder({ "a.yaml": configMap("a"), "b.yaml": configMap("b") })
        assert.deepStrictEqual(yield* names({ files: [`${root}/b.yaml`, `${root}/a.yaml`] }), ["b", "a"])
      })
    )

    it.effect("says where a broken file is broken", () =>
      Effect.gen(function* () {
        const root = yield* temporaryFolder({ "a.yaml": configMap("a"), "b.yaml": "a: 1\n b: 2\n" })
        assert.deepInclude(yield* refused({ files: [root] }), {
          reason: "malformed",
          source: path.join(root, "b.yaml")
        })
      })
    )

    it.effect("refuses what is missing, empty, not text, or a folder without manifests", () =>
      Effect.gen(function* () {
        const root = yield* temporaryFolder({
          "empty.yaml": "",
          "comment.yaml": "# nothing\n---\n",
          "binary.yaml": new Uint8Array([0x1f, 0x8b, 0xff, 0xfe]),
          "docs/README.md": "hello"
        })
        const reason = (name: string) => Effect.map(refused({ files: [`${root}/${name}`] }), (error) => error.reason)
        assert.strictEqual(yield* reason("missing.yaml"), "not-found")
        assert.strictEqual(yield* reason("empty.yaml"), "empty")
        assert.strictEqual(yield* reason("comment.yaml"), "empty")
        assert.strictEqual(yield* reason("binary.yaml"), "malformed")
        assert.strictEqual(yield* reason("docs"), "empty")
        assert.strictEqual(yield* Effect.map(refused({}), (error) => error.reason), "empty")
      })
    )

    it.effect("refuses one object in two files with different content", () =>
      Effect.gen(function* () {
        const root = yield* temporaryFolder({ "a.yaml": configMap("a"), "b.yaml": `${configMap("a")}data: {x: y}\n` })
        assert.strictEqual((yield* refused({ files: [root] })).reason, "duplicate-object")
        assert.deepStrictEqual(yield* names({ files: [`${root}/a.yaml`, `${root}/a.yaml`] }), ["a"])
      })
    )

    it.effect("does not follow a ring of links for ever", () =>
      Effect.gen(function* () {
        const root = yield* temporaryFolder({ "below/a.yaml": configMap("a") })
        fs.symlinkSync(root, path.join(root, "below/ring"))
        assert.include(["a"], (yield* names({ files: [root], recursive: true }))[0])
      })
    )
  })

  describe("standard input", () => {
    const chunks = (...texts: ReadonlyArray<string>) =>
      (async function* () {
        yield* texts.map((text) => Buffer.from(text))
      })()

    it.effect("is read to its end, wherever it is cut", () =>
      Effect.gen(function* () {
        const text = Buffer.from(configMap("ä"))
        const stdin = (async function* () {
          for (const byte of text) yield Uint8Array.of(byte)
        })()
        assert.deepStrictEqual(yield* names({ files: ["-"], stdin }), ["ä"])
      })
    )

    it.effect("is refused when empty", () =>
      Effect.gen(function* () {
        const error = yield* refused({ files: ["-"], stdin: chunks() })
        assert.deepInclude(error, { reason: "empty", source: "standard input" })
      })
    )
  })

  describe("addresses", () => {
    it.effect("are read", () =>
      Effect.gen(function* () {
        const url = yield* server((_, response) => response.end(configMap("a")))
        assert.deepStrictEqual(yield* names({ files: [url] }), ["a"])
      })
    )

    it.effect("fail clearly on 404, a web page, and an empty answer, with one request each", () =>
      Effect.gen(function* () {
        let requests = 0
        const answer = (handler: http.RequestListener) =>
          Effect.flatMap(
            server((request, response) => {
              requests++
              handler(request, response)
            }),
            (url) => refused({ files: [url] })
          )
        assert.deepInclude(yield* answer((_, response) => response.writeHead(404).end("no")), {
          reason: "http-status",
          status: 404
        })
        assert.deepInclude(
          yield* answer((_, response) =>
            response.setHeader("content-type", "text/html").end("<!DOCTYPE html><html></html>")
          ),
          { reason: "not-a-manifest" }
        )
        assert.deepInclude(yield* answer((_, response) => response.end("\n")), { reason: "empty" })
        assert.strictEqual(requests, 3)
      })
    )

    it.live("are tried again when the server hiccups", () =>
      Effect.gen(function* () {
        let requests = 0
        const url = yield* server((_, response) => {
          if (++requests === 1) response.writeHead(503).end()
          else response.end(configMap("a"))
        })
        assert.deepStrictEqual(yield* names({ files: [url] }), ["a"])
        assert.strictEqual(requests, 2)
      })
    )

    it.live("end with the last error when it goes on", () =>
      Effect.gen(function* () {
        const url = yield* server((_, response) => response.writeHead(500).end())
        assert.deepInclude(yield* refused({ files: [url] }), { reason: "http-status", status: 500 })
      })
    )
  })
})
