import { assert, describe, it } from "@effect/vitest"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Readiness from "@holdfast/k8s-adapter/Readiness"

const object = (
  apiVersion: string,
  kind: string,
  fields: Record<string, unknown>,
  metadata = {}
): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: "a", ...metadata },
  ...fields
})

const words = (readiness: Readiness.Readiness): string =>
  readiness._tag === "Ready"
    ? "ready"
    : readiness._tag === "NotReady"
      ? readiness.reason
      : `never: ${readiness.reason}: ${readiness.message}`

const state = (checked: KubernetesObject): string => {
  const rule = Readiness.ruleOf(checked)
  return rule === undefined ? "no rule" : words(rule.check(checked))
}

const condition = (type: string, status: string, reason = "", message = "") => ({ type, status, reason, message })

describe("Readiness", () => {
  it("finds no rule where there is nothing to wait for", () => {
    assert.strictEqual(state(object("v1", "ConfigMap", {})), "no rule")
    assert.strictEqual(state(object("serving.knative.dev/v1", "Deployment", {})), "no rule")
  })

  it.each([
    [[], "the API server has not looked at it yet"],
    [[condition("Established", "False", "Installing", "in a moment")], "Installing: in a moment"],
    [[condition("Established", "True")], "ready"],
    [[condition("NamesAccepted", "False", "NameConflict", "taken")], "never: NameConflict: taken"]
  ])("takes a CustomResourceDefinition with conditions %j for: %s", (conditions, expected) => {
    assert.strictEqual(
      state(object("apiextensions.k8s.io/v1", "CustomResourceDefinition", { status: { conditions } })),
      expected
    )
  })

  const whole = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 }
  it.each([
    [whole, "ready"],
    [{}, "its controller has not seen the newest spec yet"],
    [{ ...whole, observedGeneration: 1 }, "its controller has not seen the newest spec yet"],
    [{ ...whole, updatedReplicas: 1 }, "1 of 2 replicas are of the newest template"],
    [{ ...whole, replicas: 3 }, "1 old replicas are still to stop"],
    [{ ...whole, availableReplicas: 0 }, "0 of 2 replicas are available"],
    [
      {
        ...whole,
        availableReplicas: 0,
        conditions: [condition("Progressing", "False", "ProgressDeadlineExceeded", "too slow")]
      },
      "never: ProgressDeadlineExceeded: too slow"
    ],
    [
      {
        ...whole,
        updatedReplicas: 0,
        conditions: [condition("ReplicaFailure", "True", "FailedCreate", "exceeded quota: q")]
      },
      "FailedCreate: exceeded quota: q"
    ]
  ])("takes a Deployment of two replicas with status %j for: %s", (status, expected) => {
    assert.strictEqual(
      state(object("apps/v1", "Deployment", { spec: { replicas: 2 }, status }, { generation: 2 })),
      expected
    )
  })

  it("takes a paused Deployment for not ready, and one scaled to nothing for ready", () => {
    const status = { observedGeneration: 1 }
    assert.strictEqual(state(object("apps/v1", "Deployment", { spec: { paused: true }, status })), "it is paused")
    assert.strictEqual(state(object("apps/v1", "Deployment", { spec: { replicas: 0 }, status })), "ready")
  })

  it.each([
    [{ observedGeneration: 1, readyReplicas: 0 }, "0 of 1 replicas are ready"],
    [{ observedGeneration: 1, readyReplicas: 1, updatedReplicas: 0 }, "0 of 1 replicas are of the newest template"],
    [
      { observedGeneration: 1, readyReplicas: 1, updatedReplicas: 1, updateRevision: "b", currentRevision: "a" },
      "its newest revision is not the current one yet"
    ],
    [
      { observedGeneration: 1, readyReplicas: 1, updatedReplicas: 1, updateRevision: "b", currentRevision: "b" },
      "ready"
    ]
  ])("takes a StatefulSet with status %j for: %s", (status, expected) => {
    assert.strictEqual(state(object("apps/v1", "StatefulSet", { spec: {}, status }, { generation: 1 })), expected)
  })

  it.each([
    [
      { observedGeneration: 1, desiredNumberScheduled: 3, updatedNumberScheduled: 1 },
      "1 of 3 replicas are of the newest template"
    ],
    [
      { observedGeneration: 1, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 },
      "2 of 3 replicas are available"
    ],
    [{ observedGeneration: 1, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 }, "ready"]
  ])("takes a DaemonSet with status %j for: %s", (status, expected) => {
    assert.strictEqual(state(object("apps/v1", "DaemonSet", { spec: {}, status }, { generation: 1 })), expected)
  })

  it.each([
    [{}, "no pod runs"],
    [{ active: 1 }, "1 pods run"],
    [{ active: 1, failed: 2 }, "1 pods run, 2 failed before"],
    [{ conditions: [condition("Complete", "True")] }, "ready"],
    [{ conditions: [condition("SuccessCriteriaMet", "True")], active: 1 }, "1 pods run"],
    [
      { conditions: [condition("Failed", "True", "BackoffLimitExceeded", "too often")] },
      "never: BackoffLimitExceeded: too often"
    ]
  ])("takes a Job with status %j for: %s", (status, expected) => {
    assert.strictEqual(state(object("batch/v1", "Job", { spec: {}, status })), expected)
  })

  it("asks a condition to be about the newest spec", () => {
    const rule = Readiness.hasCondition("Ready")
    const resource = (observedGeneration: number | undefined, status = "True") =>
      object(
        "x.io/v1",
        "X",
        { status: { conditions: [{ ...condition("Ready", status, "Fetched", "done"), observedGeneration }] } },
        { generation: 2 }
      )
    assert.strictEqual(words(rule.check(resource(2))), "ready")
    assert.strictEqual(words(rule.check(resource(undefined))), "ready")
    assert.strictEqual(words(rule.check(resource(1))), "its controller has not seen the newest spec yet")
    assert.strictEqual(words(rule.check(resource(2, "False"))), "Fetched: done")
    assert.strictEqual(words(rule.check(object("x.io/v1", "X", {}))), "it has no condition Ready yet")
    assert.strictEqual(words(rule.check(undefined)), "it does not exist")
  })

  it("takes an object for deleted only when it is gone", () => {
    assert.strictEqual(words(Readiness.deleted.check(undefined)), "ready")
    assert.strictEqual(words(Readiness.deleted.check(object("v1", "Pod", {}))), "nobody has asked for its deletion")
    assert.strictEqual(
      words(
        Readiness.deleted.check(
          object("v1", "Pod", {}, { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["x.io/y"] })
        )
      ),
      "it waits for its finalizers x.io/y"
    )
  })
})
