/**
 * Webhooks of somebody else, which read their certificates from files that lag by a minute, as a kubelet's mount does: one
 * whose pods the operator may nudge, and one whose pods it may not, so that nothing but waiting helps.
 */
import { existsSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import { Effect, References } from "effect"
import * as Hooks from "./hooks.ts"
import * as Kubelet from "./Kubelet.ts"
import * as OperatorLab from "./OperatorLab.ts"
import { operatorNamespace } from "./Rotations.ts"

const binaries = await Effect.runPromise(Effect.option(KubeBinaries.find))
const quietly = Effect.provideService(References.MinimumLogLevel, "None")

const lag = 60_000
const image = "mounted"
const replicas = ["0", "1"]
const secretName = "hook-tls"
const key = (namespace: string) => `${namespace}/hook`

/** What a user applies for a webhook of two pods, but for one thing: each pod is a Deployment, and has a folder of its own. */
const webhook = (
  namespace: string,
  { folder, mayNudge }: { readonly folder: string; readonly mayNudge: boolean }
): ReadonlyArray<KubernetesObject> => [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "holdfast-operator", namespace },
    rules: [
      { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch", "create", "update", "patch"] },
      ...(mayNudge ? [{ apiGroups: [""], resources: ["pods"], verbs: ["patch"] }] : [])
    ]
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "holdfast-operator", namespace },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "holdfast-operator" },
    subjects: [{ kind: "ServiceAccount", name: "holdfast-operator", namespace: operatorNamespace }]
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "hook", namespace },
    spec: { selector: { app: "hook" }, ports: [{ port: 443, targetPort: 8443 }] }
  },
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "hook", namespace } },
  ...replicas.map((replica) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: `hook-${replica}`, namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "hook", replica } },
      template: {
        metadata: { labels: { app: "hook", replica } },
        spec: {
          serviceAccountName: "hook",
          volumes: [{ name: "certificate", secret: { secretName } }],
          containers: [
            {
              name: "hook",
              image,
              env: [{ name: "CERTIFICATES", value: join(folder, replica) }],
              volumeMounts: [{ name: "certificate", mountPath: "/certificates" }],
              readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 }
            }
          ]
        }
      }
    }
  })),
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: namespace },
    webhooks: [
      {
        name: `${namespace}.example.com`,
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        failurePolicy: "Fail",
        clientConfig: { service: { namespace, name: "hook", port: 443 } },
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": Hooks.namespace } },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["configmaps"] }]
      }
    ]
  },
  {
    apiVersion: "certificates.holdfast.dev/v1alpha1",
    kind: "WebhookCertificate",
    metadata: { name: "hook", namespace },
    spec: {
      secretName,
      service: { name: "hook" },
      targets: [{ kind: "ValidatingWebhookConfiguration", name: namespace }],
      minPublish: "0s",
      rollback: "0s"
    }
  }
]

describe.skipIf(binaries._tag === "None" || !existsSync(OperatorLab.bundle))("A webhook with a mounted Secret", () => {
  it.live(
    "gets another authority without a failed request, sooner where its pods may be nudged",
    () =>
      Effect.gen(function* () {
        const module = join(import.meta.dirname, "startMounted.ts")
        const lab = yield* OperatorLab.make({ hooks: [], images: { [image]: { module } } })
        const { client, rotate, rotations } = lab
        const folder = yield* Effect.acquireRelease(
          Effect.promise(() => mkdtemp(join(tmpdir(), "holdfast-mounts-"))),
          (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
        )
        const set = Effect.fnUntraced(function* (namespace: string, mayNudge: boolean) {
          const own = join(folder, namespace)
          yield* lab.apply(webhook(namespace, { folder: own, mayNudge }))
          return yield* Effect.forEach(replicas, (replica) =>
            Kubelet.mount(client, {
              secret: { namespace, name: secretName },
              podLabels: { app: "hook", replica },
              folder: join(own, replica),
              lag
            })
          )
        })
        const waiting = yield* set("waiting", false)
        const nudged = yield* set("nudged", true)
        const keys = ["waiting", "nudged"].map(key)
        yield* Effect.timeout(Effect.forEach(keys, lab.ready), "3 minutes")
        yield* lab.until(() => keys.every(lab.settled), "3 minutes")
        const nudges = (mounts: typeof waiting) =>
          mounts.flatMap((told) => told()).filter((reason) => reason === "nudge").length
        const before = nudges(nudged)

        const over: Array<string> = []
        const rotateOne = (each: string) => Effect.tap(rotate(each), () => Effect.sync(() => over.push(each)))
        const { verdict } = yield* lab.underLoad(Effect.forEach(keys, rotateOne, { concurrency: 2 }))

        assert.deepStrictEqual(verdict.failures, [])
        assert.strictEqual(verdict.rejections, 0)
        assert.isAbove(verdict.creates + verdict.updates, 500)
        assert.strictEqual(rotations.fallen(), 0)
        assert.deepStrictEqual(over, ["nudged", "waiting"].map(key), "the drain is shorter where pods are nudged")
        assert.strictEqual(nudges(waiting), 0)
        assert.isAbove(nudges(nudged), before)
      }).pipe(Effect.scoped, quietly),
    900_000
  )
})
