import { assert } from "@effect/vitest"
import type { Json } from "../support/Api.ts"
import type { Area, Lab } from "../support/Lab.ts"
import { failure, status } from "../support/Objects.ts"

const labels = { app: "a" }
const template = { metadata: { labels }, spec: { containers: [{ name: "a", image: "a:1" }] } }

interface Applied {
  readonly path: string
  readonly object: Json
}

/** One of each kind that an install consists of. */
const install = ({ namespace, unique }: Lab): ReadonlyArray<Applied> => {
  const core = `/api/v1/namespaces/${namespace}`
  const rbac = "/apis/rbac.authorization.k8s.io/v1"
  const rbacVersion = "rbac.authorization.k8s.io/v1"
  const metadata = { name: "a", namespace }
  const rules = [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }]
  const subjects = [{ kind: "ServiceAccount", name: "a", namespace }]
  const roleRef = (kind: string) => ({
    apiGroup: "rbac.authorization.k8s.io",
    kind,
    name: kind === "Role" ? "a" : unique
  })
  return [
    { path: `${core}/serviceaccounts/a`, object: { apiVersion: "v1", kind: "ServiceAccount", metadata } },
    { path: `${core}/secrets/a`, object: { apiVersion: "v1", kind: "Secret", metadata, stringData: { a: "b" } } },
    {
      path: `${core}/services/a`,
      object: {
        apiVersion: "v1",
        kind: "Service",
        metadata,
        spec: { selector: labels, ports: [{ port: 443, targetPort: 9443 }] }
      }
    },
    {
      path: `/apis/apps/v1/namespaces/${namespace}/deployments/a`,
      object: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata,
        spec: { selector: { matchLabels: labels }, template }
      }
    },
    {
      path: `/apis/batch/v1/namespaces/${namespace}/jobs/a`,
      object: {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata,
        spec: { template: { spec: { ...template.spec, restartPolicy: "OnFailure" } } }
      }
    },
    {
      path: `/apis/batch/v1/namespaces/${namespace}/cronjobs/a`,
      object: {
        apiVersion: "batch/v1",
        kind: "CronJob",
        metadata,
        spec: {
          schedule: "0 0 1 * *",
          jobTemplate: { spec: { template: { spec: { ...template.spec, restartPolicy: "OnFailure" } } } }
        }
      }
    },
    {
      path: `${rbac}/namespaces/${namespace}/roles/a`,
      object: { apiVersion: rbacVersion, kind: "Role", metadata, rules }
    },
    {
      path: `${rbac}/namespaces/${namespace}/rolebindings/a`,
      object: { apiVersion: rbacVersion, kind: "RoleBinding", metadata, roleRef: roleRef("Role"), subjects }
    },
    {
      path: `${rbac}/clusterroles/${unique}`,
      object: { apiVersion: rbacVersion, kind: "ClusterRole", metadata: { name: unique }, rules }
    },
    {
      path: `${rbac}/clusterrolebindings/${unique}`,
      object: {
        apiVersion: rbacVersion,
        kind: "ClusterRoleBinding",
        metadata: { name: unique },
        roleRef: roleRef("ClusterRole"),
        subjects
      }
    },
    {
      path: `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets/a`,
      object: {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata,
        spec: { minAvailable: 1, selector: { matchLabels: labels } }
      }
    },
    {
      path: `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/a`,
      object: { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata, spec: { podSelector: {} } }
    }
  ]
}

const find = (lab: Lab, kind: string): Applied => {
  const found = install(lab).find(({ object }) => object.kind === kind)
  if (found === undefined) throw new Error(kind)
  return found
}

const apply = (lab: Lab, { object, path }: Applied) =>
  lab.api.patch("apply", `${path}?fieldManager=holdfast&fieldValidation=Strict`, object)

export const builtIns: Area = {
  name: "Kinds that an install consists of",
  tests: (it) => {
    it("applies one of each, and nothing changes when they are applied again", function* (lab) {
      for (const each of install(lab)) {
        const first = yield* apply(lab, each)
        assert.strictEqual(first.status, 201, `${each.object.kind}: ${first.body.message}`)
        const second = yield* apply(lab, each)
        const third = yield* apply(lab, each)
        assert.deepStrictEqual([second.status, third.status], [200, 200], each.object.kind)
        assert.deepStrictEqual(third.body, second.body, each.object.kind)
        // The second apply of a Job writes it once more, although nothing that can be seen is changed.
        const { resourceVersion } = (each.object.kind === "Job" ? second : first).body.metadata
        const expected = { ...first.body, metadata: { ...first.body.metadata, resourceVersion } }
        assert.deepStrictEqual(second.body, expected, each.object.kind)
      }
    })

    it("fills in the defaults of a Deployment", function* (lab) {
      const { body } = yield* apply(lab, find(lab, "Deployment"))
      assert.deepStrictEqual(body.spec, {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: "a",
                image: "a:1",
                resources: {},
                terminationMessagePath: "/dev/termination-log",
                terminationMessagePolicy: "File",
                imagePullPolicy: "IfNotPresent"
              }
            ],
            restartPolicy: "Always",
            terminationGracePeriodSeconds: 30,
            dnsPolicy: "ClusterFirst",
            securityContext: {},
            schedulerName: "default-scheduler"
          }
        },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } },
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600
      })
      assert.deepStrictEqual(body.status, {})
    })

    it("fills in the defaults of a Job, and labels its pods", function* (lab) {
      const { body } = yield* apply(lab, find(lab, "Job"))
      const { selector, template: pods, ...spec } = body.spec
      assert.deepStrictEqual(spec, {
        parallelism: 1,
        completions: 1,
        backoffLimit: 6,
        completionMode: "NonIndexed",
        manualSelector: false,
        podReplacementPolicy: "TerminatingOrFailed",
        suspend: false
      })
      assert.deepStrictEqual(selector, { matchLabels: { "batch.kubernetes.io/controller-uid": body.metadata.uid } })
      assert.deepStrictEqual(pods.metadata.labels, {
        "batch.kubernetes.io/controller-uid": body.metadata.uid,
        "batch.kubernetes.io/job-name": "a",
        "controller-uid": body.metadata.uid,
        "job-name": "a"
      })
    })

    it("keeps the template of a Job", function* (lab) {
      const job = find(lab, "Job")
      yield* apply(lab, job)
      const changed = structuredClone(job.object)
      changed.spec.template.spec.containers[0].image = "a:2"
      const answer = yield* apply(lab, { ...job, object: changed })
      assert.deepStrictEqual([answer.status, answer.body.reason], [422, "Invalid"])
      assert.match(answer.body.message, /^Job\.batch "a" is invalid: spec\.template: Invalid value: /)
      assert.match(answer.body.message, /: field is immutable$/)
      assert.strictEqual(answer.body.details.causes[0].field, "spec.template")
    })

    it("keeps what a binding refers to", function* (lab) {
      const binding = find(lab, "RoleBinding")
      yield* apply(lab, binding)
      const changed = structuredClone(binding.object)
      changed.roleRef.name = "other"
      const answer = yield* apply(lab, { ...binding, object: changed })
      assert.deepStrictEqual(
        failure(answer),
        status(
          422,
          "Invalid",
          `RoleBinding.rbac.authorization.k8s.io "a" is invalid: roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"other"}: ${lab.minor < 37 ? "cannot change roleRef" : "field is immutable"}`
        )
      )
    })

    it("refuses a Deployment whose selector does not match its pods", function* (lab) {
      const deployment = find(lab, "Deployment")
      const changed = structuredClone(deployment.object)
      changed.spec.selector.matchLabels = { app: "other" }
      const answer = yield* apply(lab, { ...deployment, object: changed })
      assert.deepStrictEqual(
        failure(answer),
        status(
          422,
          "Invalid",
          'Deployment.apps "a" is invalid: spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`'
        )
      )
    })

    it("refuses a schedule that is none", function* (lab) {
      const cronJob = find(lab, "CronJob")
      const changed = structuredClone(cronJob.object)
      changed.spec.schedule = "sometimes"
      const answer = yield* apply(lab, { ...cronJob, object: changed })
      assert.strictEqual(answer.status, 422)
      assert.deepStrictEqual(
        answer.body.details.causes.map(({ field, message }: Json) => [field, message]),
        [["spec.schedule", 'Invalid value: "sometimes": expected exactly 5 fields, found 1: [sometimes]']]
      )
    })

    it("leaves a caBundle to the manager that has set it", function* (lab) {
      const path = `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/${lab.unique}`
      const webhook = {
        name: "hook.example.com",
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        clientConfig: { service: { namespace: lab.namespace, name: "hook" } },
        rules: [{ apiGroups: ["example.com"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["things"] }]
      }
      const configuration = {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        metadata: { name: lab.unique },
        webhooks: [webhook]
      }
      yield* lab.api.patch("apply", `${path}?fieldManager=holdfast`, configuration)
      const caBundle = Buffer.from("anything").toString("base64")
      yield* lab.api.patch("json", `${path}?fieldManager=certificate-job`, [
        { op: "add", path: "/webhooks/0/clientConfig/caBundle", value: caBundle }
      ])
      const again = yield* lab.api.patch("apply", `${path}?fieldManager=holdfast`, configuration)
      assert.strictEqual(again.body.webhooks[0].clientConfig.caBundle, caBundle)
      const mine = { ...webhook, clientConfig: { ...webhook.clientConfig, caBundle: "bWluZQ==" } }
      const conflict = yield* lab.api.patch("apply", `${path}?fieldManager=holdfast`, {
        ...configuration,
        webhooks: [mine]
      })
      assert.strictEqual(
        conflict.body.message,
        'Apply failed with 1 conflict: conflict with "certificate-job" using admissionregistration.k8s.io/v1: .webhooks[name="hook.example.com"].clientConfig.caBundle'
      )
      yield* lab.api.delete(path)
    })

    it("sets the conditions of a workload through its status, one by one", function* (lab) {
      const deployment = find(lab, "Deployment")
      yield* apply(lab, deployment)
      const condition = (type: string, is: string) => ({
        type,
        status: is,
        reason: "Because",
        message: "",
        lastUpdateTime: "2026-01-01T00:00:00Z",
        lastTransitionTime: "2026-01-01T00:00:00Z"
      })
      yield* lab.api.patch("merge", `${deployment.path}/status`, {
        status: { conditions: [condition("Progressing", "True")], observedGeneration: 1 }
      })
      const { body } = yield* lab.api.patch("strategic", `${deployment.path}/status`, {
        status: { conditions: [condition("Available", "True")] }
      })
      assert.sameMembers(
        body.status.conditions.map(({ type }: Json) => type),
        ["Available", "Progressing"]
      )
    })

    it("prints a Deployment's columns", function* (lab) {
      yield* apply(lab, find(lab, "Deployment"))
      const { body } = yield* lab.api.get(`/apis/apps/v1/namespaces/${lab.namespace}/deployments`, {
        accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
      })
      assert.deepStrictEqual(
        body.columnDefinitions.filter(({ priority }: Json) => priority === 0).map(({ name }: Json) => name),
        ["Name", "Ready", "Up-to-date", "Available", "Age"]
      )
      assert.deepStrictEqual(body.rows[0].cells.slice(0, 4), ["a", "0/1", 0, 0])
    })

    it("annotates a pod, which is how a kubelet is nudged", function* (lab) {
      const path = `/api/v1/namespaces/${lab.namespace}/pods`
      yield* lab.api.post(path, { metadata: { name: "a", labels }, spec: template.spec })
      const { body, status: code } = yield* lab.api.patch("merge", `${path}/a`, {
        metadata: { annotations: { "holdfast.dev/nudged-at": "now" } }
      })
      assert.deepStrictEqual([code, body.metadata.annotations], [200, { "holdfast.dev/nudged-at": "now" }])
      assert.strictEqual(body.status.phase, "Pending")
    })
  }
}
