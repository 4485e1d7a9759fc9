import { assert, describe, it } from "@effect/vitest"
import * as RepositoryIndex from "@holdfast/operator/repository/RepositoryIndex"
import { Effect, Redacted, Result } from "effect"
import * as fc from "fast-check"
import * as HttpServer from "../support/HttpServer.ts"
import { quietly } from "../support/quietly.ts"

const good = "packages:\n- name: cert-manager\n  shortDescription: certificates\n- name: keptn\n"
const login = Redacted.make("Bearer s3cret")

const reasonOf = (url: URL, authorization?: Redacted.Redacted) =>
  Effect.map(Effect.flip(RepositoryIndex.fetch(url, authorization)), (error) => {
    assert.notInclude(error.message, "s3cret")
    return error.reason
  })

describe("the index of a repository", () => {
  it.live("is fetched with the login", () =>
    Effect.gen(function* () {
      const { requests, url } = yield* HttpServer.make((_, __, response) => response.end(good))
      const index = yield* RepositoryIndex.fetch(new URL("packages/", url), login)
      assert.deepStrictEqual(index.packages, ["cert-manager", "keptn"])
      assert.deepStrictEqual(requests, [{ path: "/packages/index.yaml", authorization: "Bearer s3cret" }])
    }).pipe(quietly)
  )

  it.live("is followed through redirects, and the login is not", () =>
    Effect.gen(function* () {
      const other = yield* HttpServer.make((_, __, response) => response.end(good))
      const { requests, url } = yield* HttpServer.make(({ path }, _, response) =>
        path === "/index.yaml"
          ? response.writeHead(302, { location: "/second" }).end()
          : response.writeHead(307, { location: `${other.url.href}third?signature=s3cret` }).end()
      )
      assert.lengthOf((yield* RepositoryIndex.fetch(url, login)).packages, 2)
      assert.deepStrictEqual(
        requests.map(({ authorization }) => authorization),
        ["Bearer s3cret", undefined]
      )
      assert.deepStrictEqual(
        other.requests.map(({ authorization }) => authorization),
        [undefined]
      )
    }).pipe(quietly)
  )

  it.live("is given up in a loop of redirects, and one that leads to another protocol", () =>
    Effect.gen(function* () {
      const loop = yield* HttpServer.make((_, __, response) => response.writeHead(302, { location: "/" }).end())
      assert.strictEqual(yield* reasonOf(loop.url, login), "redirects")
      assert.lengthOf(loop.requests, 6)
      const file = yield* HttpServer.make((_, __, response) =>
        response.writeHead(302, { location: "file:///etc/passwd" }).end()
      )
      assert.strictEqual(yield* reasonOf(file.url), "redirects")
    }).pipe(quietly)
  )

  it.live("is asked for again when the server hiccups, and not when it says no", () =>
    Effect.gen(function* () {
      const hiccup = yield* HttpServer.make((_, number, response) =>
        number === 1 ? response.writeHead(503).end() : number === 2 ? response.destroy() : response.end(good)
      )
      assert.lengthOf((yield* RepositoryIndex.fetch(hiccup.url, undefined)).packages, 2)
      assert.lengthOf(hiccup.requests, 3)
      const no = yield* HttpServer.make((_, __, response) => response.writeHead(401).end())
      assert.strictEqual(yield* reasonOf(no.url, login), "status")
      assert.lengthOf(no.requests, 1)
    }).pipe(quietly)
  )

  it.live("is not read beyond its limit, however it is sent", () =>
    Effect.gen(function* () {
      let sent = 0
      const endless = yield* HttpServer.make((_, __, response) => {
        const more = () => {
          while (!response.destroyed && response.write("#".repeat(65_536))) sent += 65_536
          response.once("drain", more)
        }
        more()
      })
      assert.strictEqual(yield* reasonOf(endless.url), "too-large")
      assert.lengthOf(endless.requests, 1)
      assert.isBelow(sent, 50_000_000)
    }).pipe(quietly)
  )

  it("is read or refused, whatever it is", () => {
    const problem = (text: string) => {
      const index = RepositoryIndex.parse(text, "u")
      return Result.isFailure(index) ? index.failure.detail : "none"
    }
    assert.strictEqual(problem(good), "none")
    assert.strictEqual(problem("packages: []"), "none")
    assert.match(problem("<!DOCTYPE html><html>"), /web page/)
    assert.match(problem("a: [1"), /not valid YAML/)
    assert.match(problem(""), /no list of packages/)
    assert.match(problem("packages:\n- name: a\n- nme: b\n"), /position 2 .* no name/)
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) => JSON.stringify({ packages: value }))
        ),
        (text) => {
          assert.isString(problem(text))
        }
      )
    )
  })
})
