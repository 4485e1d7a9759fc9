import { assert, describe, it } from "@effect/vitest"
import { decide } from "@holdfast/cli/bootstrap/CertificateJobPlan"
import type { CertificateState } from "@holdfast/cli/bootstrap/CertificateState"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"

const job: KubernetesObject = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "certs" }, spec: {} }
const ended = (type: "Complete" | "Failed"): KubernetesObject => ({
  ...job,
  status: { conditions: [{ type, status: "True" }] }
})
const good: CertificateState = { _tag: "good", notAfter: new Date("2030-01-02T03:04:05Z") }
const renew: CertificateState = { _tag: "renew", reason: "expired" }
const unknown: CertificateState = { _tag: "unknown", reason: "not readable" }
const action = (live: KubernetesObject | undefined, certificate: CertificateState, rotate = false, wanted = job) =>
  decide({ job: wanted, live, certificate, rotate }).action

describe("CertificateJobPlan", () => {
  it("runs a Job that was never run", () => {
    assert.strictEqual(action(undefined, renew), "create")
  })

  it("keeps a Job that has done its work while its certificate is good", () => {
    assert.strictEqual(action(ended("Complete"), good), "keep")
    assert.strictEqual(action(ended("Failed"), good), "keep")
    assert.strictEqual(action(ended("Complete"), unknown), "keep")
  })

  it("runs it again when its certificate is not good, when it failed, and when asked to", () => {
    assert.strictEqual(action(ended("Complete"), renew), "replace")
    assert.strictEqual(action(ended("Failed"), unknown), "replace")
    assert.strictEqual(action(ended("Complete"), good, true), "replace")
  })

  it("follows a Job that runs, and never starts a second one beside it", () => {
    assert.strictEqual(action(job, renew), "follow")
    assert.strictEqual(action(job, good, true), "follow")
  })

  it("puts a Job back that an interrupted run had deleted", () => {
    assert.strictEqual(action(undefined, good), "create")
    const deleting = { ...job, metadata: { name: "certs", deletionTimestamp: "2026-01-01T00:00:00Z" } }
    assert.strictEqual(action(deleting, good), "replace")
  })

  it("does not miss a Job that deletes itself", () => {
    const selfDeleting = { ...job, spec: { ttlSecondsAfterFinished: 60 } }
    assert.strictEqual(action(undefined, good, false, selfDeleting), "keep")
    assert.strictEqual(action(undefined, good, true, selfDeleting), "create")
    assert.strictEqual(action(undefined, renew, false, selfDeleting), "create")
  })
})
