import { assert, describe, it } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import { ApiServer, type TestCluster } from "@holdfast/testkit"
import { Effect } from "effect"
import { temporaryFile } from "./bundle.ts"
import { type Server, withOperator } from "./operator.ts"

const quoted = "tls: failed to verify certificate: x509: certificate signed by unknown authority"

/** How often a kind of object was applied so far, dry runs too, by the server's own counting. */
const applied = Effect.fnUntraced(function* (cluster: TestCluster.TestCluster | ApiServer.ApiServer, plural: string) {
  if ("stats" in cluster) return yield* cluster.stats.count({ method: "PATCH", path: new RegExp(`/${plural}/[^/]+$`) })
  const client = yield* KubernetesClient.make({ text: cluster.kubeconfig })
  const { body } = yield* client.request({ method: "GET", path: "/metrics" })
  const counters = String(body).matchAll(/^apiserver_request_total\{([^}]*)\} (\d+)$/gm)
  return [...counters]
    .map(([, labels = "", count]) => ({ labels: labels.split(","), count: Number(count) }))
    .filter(({ labels }) =>
      [`resource="${plural}"`, 'subresource=""', 'verb="APPLY"'].every((one) => labels.includes(one))
    )
    .reduce((sum, { count }) => sum + count, 0)
}, Effect.scoped)

const packageRepository = (name: string, spec = "{url: https://packages.example.org/}") => `
apiVersion: packages.glasskube.dev/v1alpha1
kind: PackageRepository
metadata: {name: ${name}}
spec: ${spec}
`

const configMap = (name: string, data = "{key: value}", namespace = "default") => `
apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, namespace: ${namespace}}
data: ${data}
`

const deployment = (app: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: fixed, namespace: default}
spec:
  selector: {matchLabels: {app: ${app}}}
  template:
    metadata: {labels: {app: ${app}}}
    spec: {containers: [{name: main, image: "registry.example/main:1"}]}
`

interface Case {
  readonly name: string
  readonly plural: string
  /** Applied first, with success. */
  readonly before?: string
  readonly manifest: string
  readonly flags?: ReadonlyArray<string>
  readonly code: number
  readonly message: RegExp
}

const cases: ReadonlyArray<Case> = [
  {
    name: "a webhook's own denial that quotes a certificate error",
    plural: "packagerepositories",
    manifest: packageRepository("denied"),
    code: 1,
    message: new RegExp(`denied the request: .*${quoted}`)
  },
  {
    name: "Forbidden",
    plural: "configmaps",
    manifest: configMap("forbidden"),
    flags: ["--as", "nobody"],
    code: 77,
    message: /User "nobody" cannot patch resource "configmaps"/
  },
  {
    name: "an object that its schema calls invalid",
    plural: "packagerepositories",
    manifest: packageRepository("invalid", "{}"),
    code: 65,
    message: /spec\.url: Required value/
  },
  {
    name: "an immutable field",
    plural: "deployments",
    before: deployment("one"),
    manifest: deployment("two"),
    code: 65,
    message: /spec\.selector: .*field is immutable/
  },
  {
    name: "a malformed object",
    plural: "configmaps",
    manifest: configMap("malformed", "[1, 2]"),
    code: 65,
    message: /ConfigMap|configmap/
  },
  {
    name: "a name that is not one",
    plural: "configmaps",
    manifest: configMap("NOT_A_NAME"),
    code: 65,
    message: /RFC 1123/
  },
  {
    name: "a namespace that is not there",
    plural: "configmaps",
    manifest: configMap("lost", "{key: value}", "nowhere"),
    code: 1,
    message: /namespaces "nowhere" not found/
  }
]

/** Errors that waiting does not mend cost one request, and are told as what they are. */
export const notRetried = ({ title, make }: Server) =>
  describe(`what waiting does not mend, on ${title}`, () => {
    it.live(
      "is asked once and told at once, with its own exit code",
      () =>
        Effect.gen(function* () {
          const { bootstrap, cluster, holdfast } = yield* withOperator(yield* make, {
            review: ({ name }) => (name === "denied" ? { allowed: false, message: quoted } : { allowed: true })
          })
          const fresh = yield* bootstrap()
          assert.strictEqual(fresh.code, 0, fresh.stderr)
          for (const { name, plural, before, manifest, flags = [], code, message } of cases) {
            if (before !== undefined) {
              const ran = yield* holdfast("apply", "-f", temporaryFile("before.yaml", before))
              assert.strictEqual(ran.code, 0, ran.stderr)
            }
            const asked = yield* applied(cluster, plural)
            const ran = yield* holdfast(
              ...["apply", "-f", temporaryFile("manifest.yaml", manifest), "--retry-deadline", "5s"],
              ...flags
            )
            const told = `${name}: ${ran.stderr}`
            // kube-apiserver counts no request that it turns away before its handler.
            const counted = cluster.kind === "kube-apiserver" && code === 77 ? 0 : 1
            assert.strictEqual((yield* applied(cluster, plural)) - asked, counted, told)
            assert.strictEqual(ran.code, code, told)
            assert.match(ran.stderr, message, told)
            assert.strictEqual(ran.stdout, "", told)
            assert.strictEqual(ran.stderr.trimEnd().split("\n").length, 1, told)
            assert.notMatch(ran.stderr, /attempt|retry|certificate error/i, told)
          }
        }).pipe(Effect.scoped),
      60_000
    )

    it.live(
      "ends a bootstrap at the default repository that a webhook denies, after one attempt",
      () =>
        Effect.gen(function* () {
          let reviews = 0
          const { bootstrap } = yield* withOperator(yield* make, {
            review: ({ name, dryRun }) => {
              if (name !== "glasskube") return { allowed: true }
              if (dryRun !== true) reviews++
              return { allowed: false, message: quoted }
            }
          })
          const { code, stdout, stderr } = yield* bootstrap("-o", "json", "--retry-deadline", "5s")
          assert.strictEqual(code, 1, stderr)
          assert.strictEqual(reviews, 1)
          assert.include(stderr, `denied the request: ${quoted}`)
          const report = JSON.parse(stdout)
          assert.strictEqual(report.result, "failed")
          assert.deepStrictEqual(report.attempts, [])
        }).pipe(Effect.scoped),
      60_000
    )
  })
