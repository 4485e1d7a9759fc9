import { assert, describe, it } from "@effect/vitest"
import { ApiServer } from "@holdfast/testkit"
import { Effect } from "effect"
import { temporaryFile } from "./support/bundle.ts"
import { holdfast, type RunOptions } from "./support/holdfast.ts"
import { playRepositories } from "./support/repositories.ts"

const connect = Effect.fnUntraced(function* (options: Parameters<typeof playRepositories>[1] = {}) {
  const server = yield* ApiServer.make()
  const played = yield* playRepositories(server, options)
  const kubeconfig = temporaryFile("kubeconfig", server.kubeconfig)
  const run = (words: ReadonlyArray<string>, given: RunOptions = {}) =>
    Effect.promise(() => holdfast(words, { ...given, env: { KUBECONFIG: kubeconfig, ...given.env } }))
  return { ...played, server, run }
})

const url = "https://packages.example.org/"
const named = (name: string) => ({
  apiVersion: "packages.glasskube.dev/v1alpha1",
  kind: "PackageRepository",
  name
})
const secretOf = (name: string) => ({
  apiVersion: "v1",
  kind: "Secret",
  namespace: "package-system",
  name: `${name}-repository-login`
})

describe("holdfast repo", () => {
  it.live("adds a repository and waits until it is Ready, lists it, shows it, changes it and removes it", () =>
    Effect.gen(function* () {
      const { run } = yield* connect()
      const none = yield* run(["repo", "list"])
      assert.deepStrictEqual([none.code, none.stdout], [0, ""])
      assert.include(none.stderr, "no package repositories")
      const added = yield* run(["repo", "add", "team", url])
      assert.strictEqual(added.code, 0, added.stderr)
      assert.strictEqual(added.stdout, "packagerepository.packages.glasskube.dev/team created\n")
      assert.include(added.stderr, "packagerepository.packages.glasskube.dev/team is Ready")
      const list = yield* run(["repo", "list", "-o", "wide"])
      const [heading, line] = list.stdout.split("\n")
      assert.match(heading ?? "", /^NAME +READY +URL +AUTH +DEFAULT +AGE +STATUS$/)
      assert.match(
        line ?? "",
        /^team +True +https:\/\/packages\.example\.org\/ +none +\d+s +SyncCompleted: repo has 3 packages$/
      )
      const shown = yield* run(["repo", "show", "team"])
      assert.match(
        shown.stdout,
        /^Name +team\nURL +https:\/\/packages.example.org\/\nLogin +none\nDefault +no\nReady +True/
      )
      assert.strictEqual(JSON.parse((yield* run(["repo", "show", "team", "-o", "json"])).stdout).spec.url, url)
      assert.strictEqual(JSON.parse((yield* run(["repo", "list", "-o", "json"])).stdout).items.length, 1)
      const changed = yield* run(["repo", "update", "team", "--url", "https://packages.example.com/"])
      assert.strictEqual(changed.stdout, "packagerepository.packages.glasskube.dev/team configured\n", changed.stderr)
      const same = yield* run(["repo", "update", "team", "--url", "https://packages.example.com/"])
      assert.strictEqual(same.stdout, "packagerepository.packages.glasskube.dev/team unchanged\n")
      const removed = yield* run(["repo", "remove", "team"])
      assert.strictEqual(removed.stdout, "packagerepository.packages.glasskube.dev/team deleted\n", removed.stderr)
      assert.strictEqual((yield* run(["repo", "show", "team"])).code, 1)
    }).pipe(Effect.scoped)
  )

  it.live("puts a password into a Secret that the repository owns, and shows it nowhere", () =>
    Effect.gen(function* () {
      const { run, client } = yield* connect()
      const password = "correct horse"
      const add = yield* run(["repo", "add", "team", url, "--username", "ada", "--password-stdin", "-o", "yaml"], {
        stdin: `${password}\n`
      })
      assert.strictEqual(add.code, 0, add.stderr)
      const secret = yield* client.get(secretOf("team"))
      const repository = yield* client.get(named("team"))
      const data = secret["data"] as Readonly<Record<string, string>>
      assert.strictEqual(Buffer.from(data["password"] ?? "", "base64").toString(), password)
      assert.strictEqual(Buffer.from(data["username"] ?? "", "base64").toString(), "ada")
      assert.strictEqual(secret.metadata.ownerReferences?.[0]?.uid, repository.metadata.uid)
      const ref = { name: "team-repository-login" }
      assert.deepStrictEqual(repository["spec"], {
        url,
        auth: {
          basic: { usernameSecretRef: { ...ref, key: "username" }, passwordSecretRef: { ...ref, key: "password" } }
        }
      })
      const shown = yield* run(["repo", "show", "team"])
      assert.include(shown.stdout, "basic: username from Secret team-repository-login, key username")
      for (const told of [add.stdout, add.stderr, shown.stdout]) {
        assert.notInclude(told, password)
        assert.notInclude(told, Buffer.from(password).toString("base64"))
      }
      // A token in place of the password: the other scheme goes.
      const bearer = yield* run(["repo", "update", "team", "--auth", "bearer", "--password-env", "TOKEN"], {
        env: { TOKEN: "t0ken" }
      })
      assert.strictEqual(bearer.code, 0, bearer.stderr)
      assert.deepStrictEqual((yield* client.get(named("team")))["spec"], {
        url,
        auth: { bearer: { tokenSecretRef: { ...ref, key: "token" } } }
      })
      // The same again with another token: the object stays as it is.
      const again = yield* run(["repo", "update", "team", "--auth", "bearer", "--password-env", "TOKEN"], {
        env: { TOKEN: "other" }
      })
      assert.strictEqual(again.code, 0, again.stderr)
      assert.include(again.stderr, "the operator takes the new login at its next look")
      const tokens = (yield* client.get(secretOf("team")))["data"]
      assert.deepStrictEqual(tokens, { token: Buffer.from("other").toString("base64") })
      const open = yield* run(["repo", "update", "team", "--auth", "none"])
      assert.strictEqual(open.code, 0, open.stderr)
      assert.deepStrictEqual((yield* client.get(named("team")))["spec"], { url })
      assert.strictEqual((yield* Effect.flip(client.get(secretOf("team"))))._tag, "NotFound")
    }).pipe(Effect.scoped)
  )

  it.live("takes a Secret that is there, and tells what it lacks", () =>
    Effect.gen(function* () {
      const { run, client, namespace } = yield* connect()
      const add = ["repo", "add", "team", url, "--auth", "bearer", "--auth-secret", "mine"]
      const missing = yield* run(add)
      assert.strictEqual(missing.code, 65)
      assert.match(missing.stderr, /Secret package-system\/mine does not exist/)
      const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "mine", namespace } }
      yield* client.apply({ ...secret, stringData: { password: "x" } })
      assert.match((yield* run(add)).stderr, /Secret package-system\/mine has no key token/)
      assert.strictEqual((yield* Effect.flip(client.get(named("team"))))._tag, "NotFound")
      yield* client.apply({ ...secret, stringData: { token: "x" } })
      const added = yield* run(add)
      assert.strictEqual(added.code, 0, added.stderr)
    }).pipe(Effect.scoped)
  )

  it.live("says why a repository is not Ready without waiting for what will not come", () =>
    Effect.gen(function* () {
      const opinion = () => "the server answered 401: check spec.auth"
      const { run } = yield* connect({ opinion })
      const { code, stdout, stderr } = yield* run(["repo", "add", "team", url])
      assert.strictEqual(code, 1)
      assert.strictEqual(stdout, "packagerepository.packages.glasskube.dev/team created\n")
      assert.include(stderr, "will not be Ready: SyncFailed: the server answered 401: check spec.auth")
      const listed = yield* run(["repo", "list"])
      assert.match(listed.stdout, /^team +False /m)
    }).pipe(Effect.scoped)
  )

  it.live("moves the default from one repository to another", () =>
    Effect.gen(function* () {
      const { run } = yield* connect()
      yield* run(["repo", "add", "one", url, "--default"])
      const second = yield* run(["repo", "add", "two", url, "--default"])
      assert.strictEqual(second.code, 0, second.stderr)
      const defaults = (yield* run(["repo", "list"])).stdout.split("\n").filter((line) => / yes /.test(line))
      assert.strictEqual(defaults.length, 1)
      assert.match(defaults[0] ?? "", /^two /)
      yield* run(["repo", "update", "one", "--default"])
      assert.match((yield* run(["repo", "list"])).stdout, /^one .* yes /m)
    }).pipe(Effect.scoped)
  )

  it.live("leaves nothing behind where the operator refuses, and tells its words", () =>
    Effect.gen(function* () {
      const message = "the package repository team cannot be deleted: a package is installed from it"
      const { run, client } = yield* connect({
        review: (review) => {
          const refused = JSON.stringify(review).includes("refused.example.org")
          return { allowed: !refused && review["operation"] !== "DELETE", message }
        }
      })
      const words = ["repo", "add", "bad", "https://refused.example.org/", "--auth", "bearer", "--password-stdin"]
      const refused = yield* run(words, { stdin: "secret" })
      assert.strictEqual(refused.code, 1)
      assert.strictEqual((yield* Effect.flip(client.get(secretOf("bad"))))._tag, "NotFound")
      yield* run(["repo", "add", "team", url])
      const kept = yield* run(["repo", "remove", "team"])
      assert.strictEqual(kept.code, 1)
      assert.include(kept.stderr, message)
      assert.strictEqual((yield* client.get(named("team"))).metadata.name, "team")
    }).pipe(Effect.scoped)
  )

  it.live("tells what is wrong with a line before anything is asked of the server", () =>
    Effect.gen(function* () {
      const server = yield* ApiServer.make()
      const kubeconfig = temporaryFile("kubeconfig", server.kubeconfig)
      const add = ["repo", "add", "team", url]
      const cases: ReadonlyArray<
        readonly [code: number, message: RegExp, words: ReadonlyArray<string>, stdin?: string]
      > = [
        [64, /repo add needs a name/, ["repo", "add"]],
        [64, /repo add needs the address of "team"/, ["repo", "add", "team"]],
        [64, /has to begin with https:/, ["repo", "add", "team", "packages.example.org"]],
        [64, /the address holds a login/, ["repo", "add", "team", "https://ada:hunter2@packages.example.org/"]],
        [64, /must not have a query/, ["repo", "add", "team", "https://packages.example.org/?a=b"]],
        [64, /unexpected argument "more"/, [...add, "more"]],
        [64, /unknown flag: --password \(did you mean --password-/, [...add, "--password", "hunter2"]],
        [64, /--auth basic needs a password/, [...add, "--username", "ada"]],
        [64, /--auth basic needs --username/, [...add, "--auth", "basic", "--password-stdin"], "x"],
        [64, /--password-stdin needs --username, or --auth bearer/, [...add, "--password-stdin"], "x"],
        [64, /--password-stdin and --password-env exclude/, [...add, "--password-stdin", "--password-env", "A"], "x"],
        [64, /--auth none excludes --username/, [...add, "--auth", "none", "--username", "ada"]],
        [64, /--auth bearer has no --username/, [...add, "--auth", "bearer", "--username", "ada"]],
        [65, /standard input is empty/, [...add, "--username", "ada", "--password-stdin"], ""],
        [65, /holds more than one line/, [...add, "--username", "ada", "--password-stdin"], "hunter2\nx\n"],
        [65, /more than 64 KiB/, [...add, "--username", "ada", "--password-stdin"], "x".repeat(70_000)],
        [65, /nowhere: there is no such file/, [...add, "--username", "ada", "--password-file", "nowhere"]],
        [65, /the variable NOWHERE is not set/, [...add, "--username", "ada", "--password-env", "NOWHERE"]],
        [64, /nothing to change/, ["repo", "update", "team"]],
        [64, /repo remove needs a name/, ["repo", "remove"]],
        [64, /repo show needs a name/, ["repo", "show"]],
        [65, /no kind PackageRepository.*holdfast bootstrap/, ["repo", "list"]],
        [65, /no kind PackageRepository.*holdfast bootstrap/, add]
      ]
      for (const [code, message, words, stdin] of cases) {
        const ran = yield* Effect.promise(() =>
          holdfast(words, { env: { KUBECONFIG: kubeconfig }, stdin: stdin ?? "" })
        )
        assert.match(ran.stderr, message, words.join(" "))
        assert.strictEqual(ran.code, code, ran.stderr)
        assert.strictEqual(ran.stdout, "")
        assert.notInclude(ran.stderr, "hunter2")
      }
    }).pipe(Effect.scoped)
  )

  it.live("tells who may not, and where Secrets would have to be", () =>
    Effect.gen(function* () {
      const { run, client } = yield* connect()
      const forbidden = yield* run(["repo", "add", "team", url, "--as", "nobody"])
      assert.strictEqual(forbidden.code, 77, forbidden.stderr)
      assert.strictEqual((yield* run(["repo", "list", "--as", "nobody"])).code, 77)
      yield* client.delete({
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        name: "packages"
      })
      const words = ["repo", "add", "team", url, "--auth", "bearer", "--password-stdin"]
      const nowhere = yield* run(words, { stdin: "x" })
      assert.strictEqual(nowhere.code, 1)
      assert.match(nowhere.stderr, /Name it with --secret-namespace/)
      const there = yield* run([...words, "--secret-namespace", "default"], { stdin: "x" })
      assert.strictEqual(there.code, 0, there.stderr)
      assert.strictEqual((yield* client.get({ ...secretOf("team"), namespace: "default" })).kind, "Secret")
    }).pipe(Effect.scoped)
  )
})
