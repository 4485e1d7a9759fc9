import { execFile } from "node:child_process"
import { existsSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import { KubeApiserver } from "@holdfast/testkit"
import { Effect } from "effect"
import { temporaryFile } from "./support/bundle.ts"
import { holdfast } from "./support/holdfast.ts"
import { type Fault, type Planted, plant } from "./support/planted.ts"

const day = 86_400_000

interface Check {
  readonly description: string
  readonly result: string
  readonly detail: string
  readonly hint?: string
  readonly command?: string
}

/** A planted fault, where it is to be found, and what is to be said of it. */
interface Expected extends Fault {
  readonly found: readonly [result: string, detail: RegExp]
}

const faults = (now: number): ReadonlyArray<Expected> => [
  {
    name: "expired",
    kind: "webhook",
    leaf: { notBefore: new Date(now - 9 * day), validity: "1 day" },
    found: ["error", /certificate in Secret expired\/expired-serving expired on .* \(8d ago\)/]
  },
  { name: "wrong-ca", kind: "webhook", trusts: "another", found: ["error", /does not verify under its caBundle/] },
  { name: "empty-bundle", kind: "webhook", trusts: "nobody", found: ["error", /it has no caBundle/] },
  { name: "placeholder", kind: "webhook", trusts: "Cg==", found: ["error", /The CA bundle holds no certificate/] },
  {
    name: "wrong-host",
    kind: "webhook",
    leaf: { dnsNames: ["else.shop.svc"] },
    found: ["error", /valid for else\.shop\.svc, not for wrong-host\.wrong-host\.svc/]
  },
  { name: "no-endpoints", kind: "webhook", endpoints: false, found: ["error", /has no ready endpoints/] },
  {
    name: "ends-soon",
    kind: "webhook",
    leaf: { validity: "5 days" },
    found: ["warning", /certificate in Secret ends-soon\/ends-soon-serving ends on/]
  },
  {
    name: "too-early",
    kind: "webhook",
    leaf: { notBefore: new Date(now + day) },
    found: ["error", /is not valid before .* \(in/]
  },
  { name: "api-down", kind: "api", down: true, found: ["error", /not available: .*/] },
  { name: "conversion", kind: "conversion", trusts: "another", found: ["error", /does not verify under its caBundle/] },
  {
    name: "lockout",
    kind: "webhook",
    everywhere: [{ apiGroups: [""], apiVersions: ["*"], operations: ["*"], resources: ["secrets"] }],
    found: ["warning", /nobody can change secrets in kube-system and lockout/]
  }
]

const programs = (process.env["PATH"] ?? "").split(delimiter)
const kubectlIsThere = programs.some((folder) => existsSync(join(folder, "kubectl")))

describe("holdfast check on a real kube-apiserver", () => {
  it.live.skipIf(!kubectlIsThere)(
    `finds twelve planted faults and nothing else, and each goes when its hint is followed${kubectlIsThere ? "" : " (needs kubectl, which is not in the PATH)"}`,
    () =>
      Effect.gen(function* () {
        const cluster = yield* KubeApiserver.make()
        const admin = yield* KubernetesClient.make({ text: cluster.kubeconfig })
        const login = (validity: "7 days" | "365 days") =>
          cluster.kubeconfigFor({ user: "admin", groups: ["system:masters"], validity })
        const kubeconfig = temporaryFile("kubeconfig", yield* login("7 days"))
        const env = { KUBECONFIG: kubeconfig }
        const check = Effect.promise(async () => {
          const { code, stdout, stderr } = await holdfast(["check", "-o", "json"], { env })
          const { categories } = JSON.parse(stdout) as { categories: ReadonlyArray<{ checks: ReadonlyArray<Check> }> }
          const checks = categories.flatMap((category) => category.checks)
          return { code, stderr, checks, found: checks.filter(({ result }) => result !== "success") }
        })
        const shell = (command: string) =>
          Effect.callback<void, Error>((resume) => {
            const home = { PATH: process.env["PATH"] ?? "", HOME: tmpdir(), ...env }
            execFile("bash", ["-c", command], { env: home }, (error) =>
              resume(error === null ? Effect.void : Effect.fail(error))
            )
          })

        const healthy: ReadonlyArray<Fault> = [
          { name: "sound-webhook", kind: "webhook" },
          { name: "sound-conversion", kind: "conversion" },
          { name: "sound-api", kind: "api" }
        ]
        for (const fault of healthy) yield* plant(cluster, admin, fault)
        const planted = new Map<string, Planted>()
        const expected = faults(Date.now())
        for (const fault of expected.toSorted((a, b) => Number(a.name === "lockout") - Number(b.name === "lockout"))) {
          planted.set(fault.name, yield* plant(cluster, admin, fault))
        }
        /** The API server hears of a change a moment later, and looks at an aggregated API every now and then. */
        const until = Effect.fnUntraced(function* (wished: (found: ReadonlyArray<Check>) => boolean) {
          let last = yield* check
          for (let i = 0; i < 60 && !wished(last.found); i++) {
            yield* Effect.sleep("500 millis")
            last = yield* check
          }
          return last
        })
        const { code, found } = yield* until(({ length }) => length >= 12)
        assert.strictEqual(code, 1)
        const subjects = found.map(({ description }) => description)
        assert.strictEqual(found.length, 12, JSON.stringify(found, undefined, 2))

        const follow = ({ command, hint = "" }: Check, name: string): Effect.Effect<unknown, unknown> => {
          const thing = planted.get(name)
          const renewal = /certificate for (\S+), .* into Secret (\S+)/.exec(hint)
          const labels = /No pod has the labels (\S+): start/.exec(hint)?.[1]
          if (command?.startsWith("kubectl patch") === true) return shell(command)
          if (renewal !== null && thing !== undefined) return thing.renew(renewal[1] ?? "", renewal[2] ?? "")
          if (labels !== undefined && thing !== undefined) return thing.ready(labels)
          if (/Look at the pods behind its Service/.test(hint) && thing !== undefined) return thing.up
          if (/Log in again/.test(hint)) {
            return Effect.map(login("365 days"), (text) => writeFileSync(kubeconfig, text))
          }
          return Effect.die(new Error(`the hint cannot be followed: ${hint}`))
        }
        const subjectOf = ({ kind, name }: Fault) =>
          kind === "webhook"
            ? `webhook ${name}.example.org of validatingwebhookconfiguration/${name}`
            : kind === "conversion"
              ? `conversion webhook of crd/things.${name}.example.org`
              : `apiservice/v1.${name}.example.org`
        const places: ReadonlyArray<readonly [name: string, subject: string, found: Expected["found"]]> = [
          ...expected.map((fault) => [fault.name, subjectOf(fault), fault.found] as const),
          ["client", `client certificate in ${kubeconfig}`, ["warning", /it ends on .* \(in 6d\)/]]
        ]
        for (const [name, subject, [result, detail]] of places) {
          const finding = found.find(({ description }) => description === subject)
          assert.isDefined(finding, `${name} in ${subjects}`)
          assert.strictEqual(finding!.result, result, name)
          assert.match(finding!.detail, detail, name)
          yield* follow(finding!, name)
          const isIt = ({ description }: Check) => description === subject
          const after = yield* until((left) => !left.some(isIt))
          assert.deepStrictEqual(after.found.filter(isIt), [], name)
        }

        const last = yield* check
        assert.deepStrictEqual(last.found, [])
        assert.strictEqual(last.code, 0, last.stderr)
        const answered = last.checks.filter((one) => one.detail.includes("it answers"))
        assert.strictEqual(answered.length, planted.size + healthy.length, JSON.stringify(last.checks, undefined, 2))
      }).pipe(Effect.scoped),
    240_000
  )
})
