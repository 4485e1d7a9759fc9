import { execFileSync, spawnSync } from "node:child_process"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as KubernetesYaml from "@holdfast/k8s-adapter/KubernetesYaml"
import * as Kustomization from "@holdfast/k8s-adapter/Kustomization"
import { Effect, Result } from "effect"
import { temporaryFolder } from "./support/temporaryFolder.ts"

const app = `
apiVersion: v1
kind: Namespace
metadata: {name: old}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: old}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
- {kind: ServiceAccount, name: web, namespace: old}
- {kind: ServiceAccount, name: foreign, namespace: elsewhere}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: old}
spec: {selector: {app: web}, ports: [{port: 443, targetPort: 8443}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {tier: front}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: app, image: "registry.example.org:5000/web:1.0", env: [{name: A, value: "1"}, {name: B, value: "2"}]}
      - {name: side, image: proxy}
---
apiVersion: batch/v1
kind: Job
metadata: {name: cert}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: cert, image: "web:1.0"}]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: web}
webhooks:
- {name: a.example.org, clientConfig: {service: {name: web, namespace: old}}, sideEffects: None, admissionReviewVersions: [v1]}
- {name: b.example.org, clientConfig: {service: {name: web, namespace: foreign}}, sideEffects: None, admissionReviewVersions: [v1]}
`

const kustomizations: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "resources alone": { "kustomization.yaml": "resources: [app.yaml]\n", "app.yaml": app },
  "a namespace": { "kustomization.yaml": "resources: [app.yaml]\nnamespace: fresh\n", "app.yaml": app },
  "common labels and annotations": {
    "kustomization.yaml": "resources: [app.yaml]\ncommonLabels: {team: a}\ncommonAnnotations: {note: b}\n",
    "app.yaml": app
  },
  "labels without selectors, and with templates": {
    "kustomization.yaml":
      "resources: [app.yaml]\nlabels:\n- pairs: {team: a}\n- pairs: {part: b}\n  includeTemplates: true\n- pairs: {sel: c}\n  includeSelectors: true\n",
    "app.yaml": app
  },
  images: {
    "kustomization.yaml":
      "resources: [app.yaml]\nimages:\n- {name: registry.example.org:5000/web, newTag: '2.0'}\n- {name: proxy, newName: mirror/proxy, newTag: '3'}\n- {name: web, digest: 'sha256:aa'}\n",
    "app.yaml": app
  },
  replicas: { "kustomization.yaml": "resources: [app.yaml]\nreplicas: [{name: web, count: 5}]\n", "app.yaml": app },
  "a strategic merge patch from a file": {
    "kustomization.yaml": "resources: [app.yaml]\npatches: [{path: patch.yaml}]\n",
    "patch.yaml":
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: {tier: null, new: x}}\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n      - name: app\n        env: [{name: B, value: two}, {name: C, value: '3'}]\n      - {name: side, $patch: delete}\n",
    "app.yaml": app
  },
  "a strategic merge patch with a target, and a deletion": {
    "kustomization.yaml":
      "resources: [app.yaml]\npatches:\n- target: {kind: Deployment|Job}\n  patch: |\n    kind: any\n    metadata: {name: any, annotations: {x: z}}\n- patch: |\n    apiVersion: v1\n    kind: ServiceAccount\n    metadata: {name: web, namespace: old}\n    $patch: delete\n",
    "app.yaml": app
  },
  "a JSON patch": {
    "kustomization.yaml":
      "resources: [app.yaml]\npatches:\n- target: {kind: Deployment, name: w.b}\n  patch: |\n    - {op: replace, path: /spec/replicas, value: 2}\n    - {op: add, path: /spec/template/spec/containers/0/args, value: [a]}\n    - {op: add, path: /spec/template/spec/containers/0/args/-, value: b}\n    - {op: remove, path: /metadata/labels/tier}\n    - {op: add, path: /metadata/labels/example.org~1x, value: y}\n",
    "app.yaml": app
  },
  "a base in another folder": {
    "over/kustomization.yaml": "resources: [../base]\nnamespace: fresh\n",
    "base/kustomization.yaml": "resources: [app.yaml]\ncommonLabels: {team: a}\n",
    "base/app.yaml": app
  }
}

const kubectl = spawnSync("kubectl", ["version", "--client"]).status === 0

const byName = (objects: ReadonlyArray<unknown>) =>
  Object.fromEntries(
    objects.map((object) => {
      const { kind, metadata } = object as { readonly kind: string; readonly metadata: { readonly name: string } }
      return [`${kind}/${metadata.name}`, object]
    })
  )

const built = (root: string) =>
  Effect.map(Kustomization.build(root), (manifests) => manifests.map(({ object }) => object))
const refused = (files: Readonly<Record<string, string>>) =>
  Effect.flatMap(temporaryFolder(files), (root) => Effect.flip(Kustomization.build(root)))

describe("Kustomization", () => {
  describe.skipIf(!kubectl)("builds what `kubectl kustomize` builds (skipped without kubectl on the PATH)", () => {
    for (const [name, files] of Object.entries(kustomizations)) {
      it.effect(name, () =>
        Effect.gen(function* () {
          const root = path.join(yield* temporaryFolder(files), "over/kustomization.yaml" in files ? "over" : "")
          const expected = execFileSync("kubectl", ["kustomize", root], {
            encoding: "utf8",
            stdio: ["ignore", "pipe", "ignore"]
          })
          const objects = Result.getOrThrow(KubernetesYaml.parse(expected)).map(({ value }) => value)
          assert.deepStrictEqual(byName(yield* built(root)), byName(objects))
        })
      )
    }
  })

  it.effect("moves objects into the namespace, and what refers to them, and nothing else", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder(kustomizations["a namespace"] ?? {})
      const objects = byName(yield* built(root))
      assert.deepInclude(objects, {
        "Namespace/fresh": { apiVersion: "v1", kind: "Namespace", metadata: { name: "fresh" } },
        "ServiceAccount/web": {
          apiVersion: "v1",
          kind: "ServiceAccount",
          metadata: { name: "web", namespace: "fresh" }
        }
      })
      assert.deepInclude(objects["ClusterRoleBinding/web"], {
        metadata: { name: "web" },
        subjects: [
          { kind: "ServiceAccount", name: "web", namespace: "fresh" },
          { kind: "ServiceAccount", name: "foreign", namespace: "elsewhere" }
        ]
      })
    })
  )

  it.effect("keeps where each object was read", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder(kustomizations["a base in another folder"] ?? {})
      const [first] = yield* Kustomization.build(path.join(root, "over"))
      assert.strictEqual(first?.origin.source, path.join(root, "base/app.yaml"))
      assert.strictEqual(first?.origin.line, 2)
    })
  )

  it.effect("refuses what it does not build, by its name and line", () =>
    Effect.gen(function* () {
      for (const field of [
        "namePrefix: a-",
        "configMapGenerator: []",
        "components: [x]",
        "replacements: []",
        "helmCharts: []"
      ]) {
        assert.deepInclude(yield* refused({ "kustomization.yaml": `resources: []\n${field}\n` }), {
          reason: "unsupported",
          line: 2,
          detail: `the field ${field.split(":")[0]} is not built here`
        })
      }
      assert.deepInclude(yield* refused({ "kustomization.yaml": "resources: [github.com/a/b//c?ref=main]\n" }), {
        reason: "unsupported"
      })
    })
  )

  it.effect("refuses what is missing or wrong", () =>
    Effect.gen(function* () {
      const reason = (files: Readonly<Record<string, string>>) => Effect.map(refused(files), (error) => error.reason)
      assert.strictEqual(yield* reason({ "app.yaml": app }), "not-found")
      assert.strictEqual(yield* reason({ "kustomization.yaml": "resources: [missing.yaml]\n" }), "not-found")
      assert.strictEqual(yield* reason({ "kustomization.yaml": "resources: [.]\n" }), "malformed")
      assert.strictEqual(yield* reason({ "kustomization.yaml": "resources: [\n" }), "malformed")
      assert.strictEqual(yield* reason({ "kustomization.yaml": "- a\n" }), "not-an-object")
      assert.strictEqual(yield* reason({ "kustomization.yaml": "commonLabels: {a: 1}\n" }), "malformed")
      assert.strictEqual(
        yield* reason({
          "kustomization.yaml": "resources: [app.yaml]\npatches: [{target: {kind: DaemonSet}, patch: '[]'}]\n",
          "app.yaml": app
        }),
        "malformed"
      )
      for (const patch of ["hello", "kind: Deployment", "- {op: remove, path: /spec}"]) {
        assert.strictEqual(
          yield* reason({
            "kustomization.yaml": `resources: [app.yaml]\npatches: [{patch: "${patch}"}]\n`,
            "app.yaml": app
          }),
          "malformed"
        )
      }
      assert.strictEqual(
        yield* reason({
          "kustomization.yaml":
            "resources: [app.yaml]\npatches: [{target: {labelSelector: 'a in (b)'}, patch: '{}'}]\n",
          "app.yaml": app
        }),
        "malformed"
      )
      assert.strictEqual(
        yield* reason({
          "kustomization.yaml":
            "resources: [app.yaml]\npatches: [{target: {kind: Deployment}, patch: '[{op: remove, path: /spec/none}]'}]\n",
          "app.yaml": app
        }),
        "malformed"
      )
    })
  )
})
