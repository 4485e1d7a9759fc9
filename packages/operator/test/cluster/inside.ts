/** What is played once there is a cluster: in its network, with `kubectl` on the path and `KUBECONFIG` set. */
import { type ChildProcess, spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { setTimeout } from "node:timers/promises"
import { connect } from "node:tls"
import * as Helm from "../../scripts/helm.ts"
import { must } from "./must.ts"

interface Lab {
  readonly root: string
  /** The operator's image, which the pods of the test run, too. */
  readonly image: string
}

const kubectl = (args: ReadonlyArray<string>, input?: string): string => must("kubectl", args, input)
const json = (...args: ReadonlyArray<string>) => JSON.parse(kubectl([...args, "-o", "json"]))

let failed = false
const check = (isGood: boolean, what: string): void => {
  console.log(`${isGood ? "ok  " : "FAIL"} ${what}`)
  failed ||= !isGood
}

const until = async (what: string, seconds: number, condition: () => boolean | Promise<boolean>): Promise<number> => {
  const began = performance.now()
  while (!(await condition())) {
    if (performance.now() - began > seconds * 1000) throw new Error(`${what} did not come within ${seconds} s`)
    await setTimeout(250)
  }
  return (performance.now() - began) / 1000
}

const conditionOf = (object: { status?: { conditions?: ReadonlyArray<Condition> } }, type: string) =>
  object.status?.conditions?.find((each) => each.type === type)
interface Condition {
  readonly type: string
  readonly status: string
  readonly message: string
}

/** Everything there is but what comes and goes by itself. */
const everything = (): ReadonlyArray<string> => {
  const kinds = kubectl(["api-resources", "--verbs=list", "-o", "name"])
    .split("\n")
    .filter((kind) => kind !== "" && !/^(events|componentstatuses)/.test(kind))
  const line = '{range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name}{"\\n"}{end}'
  return (
    kubectl(["get", kinds.join(","), "--all-namespaces", "--ignore-not-found", "-o", `jsonpath=${line}`])
      .split("\n")
      // The kubelet makes its own Lease some time after its node.
      .filter((line) => line !== "" && !line.startsWith("Lease kube-node-lease/"))
      .sort()
  )
}

const certificate = (namespace: string, name: string) =>
  json("get", "webhookcertificates.certificates.holdfast.dev", name, "-n", namespace)

/** The leaf that somebody presents. */
const presented = (host: string, port: number): Promise<string | undefined> =>
  new Promise((done) => {
    const socket = connect({ host, port, rejectUnauthorized: false, servername: "shop-webhook.shop.svc" }, () => {
      done(socket.getPeerX509Certificate()?.fingerprint256)
      socket.destroy()
    }).once("error", () => done(undefined))
  })

const pods = (): ReadonlyArray<string> =>
  json("get", "pods", "-n", "shop", "-l", "app=shop-webhook").items.map(
    ({ status }: { readonly status: { readonly podIP: string } }) => status.podIP
  )

/** Creates and updates through both webhooks, 20 a second, on kept and on fresh connections. */
const load = (root: string) => {
  const child: ChildProcess = spawn(process.execPath, [join(root, "packages/operator/test/hammer/startLoad.ts")], {
    stdio: ["pipe", "pipe", "inherit"]
  })
  let counts = { requests: 0, failed: 0, slowest: 0 }
  const failures: Array<string> = []
  if (child.stdout === null || child.stdin === null) throw new Error("no pipes to the load")
  createInterface(child.stdout).on("line", (line) => {
    const told = JSON.parse(line)
    if (told.counts !== undefined) counts = told.counts
    if (told.failure !== undefined) failures.push(line)
  })
  child.stdin.end(
    JSON.stringify({
      kubeconfigs: [readFileSync(process.env["KUBECONFIG"] ?? "", "utf8")],
      namespace: "shop",
      rate: 20,
      repositories: true
    })
  )
  return { counts: () => counts, failures, end: () => child.kill("SIGTERM") }
}

/** Calls of webhooks that failed, as the API server counts them; canaries are meant to. */
const failedCalls = (): number =>
  kubectl(["get", "--raw", "/metrics"])
    .split("\n")
    .filter(
      (line) =>
        line.startsWith("apiserver_admission_webhook_rejection_count{") &&
        line.includes('error_type="calling_webhook_error"') &&
        !line.includes("canary.certificates.holdfast.dev")
    )
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0)

/** Rotates authority and leaf of both webhooks; gives how long the pods took to present the new leaf, in seconds. */
const rotate = async (request: string): Promise<{ readonly pods: number; readonly whole: number }> => {
  const both = [
    ["holdfast-system", "holdfast-webhook"],
    ["shop", "shop-webhook"]
  ] as const
  const leaf = () => json("get", "secret", "shop-webhook-tls", "-n", "shop").data["tls.crt"]
  const before = leaf()
  const addresses = pods()
  const old = await presented(addresses[0] ?? "", 8443)
  const began = performance.now()
  for (const [namespace, name] of both) {
    const annotation = `certificates.holdfast.dev/rotate=${request}`
    kubectl(["annotate", "--overwrite", `webhookcertificate/${name}`, "-n", namespace, annotation])
  }
  await until("another leaf in the Secret", 60, () => leaf() !== before)
  const seconds = await until("the new leaf at every pod", 150, async () =>
    (await Promise.all(addresses.map((address) => presented(address, 8443)))).every(
      (one) => one !== undefined && one !== old
    )
  )
  await until("the end of both rotations", 240, () =>
    both.every(([namespace, name]) => {
      const object = certificate(namespace, name)
      return object.status.observedRotate === request && conditionOf(object, "Rotating")?.status === "False"
    })
  )
  return { pods: seconds, whole: (performance.now() - began) / 1000 }
}

const rightsIn = (root: string, namespace: string, secret: string): string => {
  const helm = Helm.findOrBuild()
  if (helm === undefined) throw new Error("Helm is built with Go, which is not here")
  const values = `namespaces[0].name=${namespace},namespaces[0].secrets={${secret}}`
  const chart = join(root, "packages/operator/chart")
  return must(helm, ["template", "holdfast", chart, "-n=holdfast-system", "-s=templates/rbac.yaml", `--set=${values}`])
}

export const inside = async ({ image, root }: Lab): Promise<number> => {
  const file = (name: string) => readFileSync(join(import.meta.dirname, name), "utf8").replaceAll("IMAGE", image)
  const holdfast = (...words: ReadonlyArray<string>) =>
    process.stdout.write(must(process.execPath, [join(root, "packages/cli/dist/holdfast.mjs"), ...words]))

  kubectl(["apply", "-f", "-"], file("packages.yaml"))
  kubectl(["wait", "--for=condition=Ready", "pod/packages", "-n", "packages"])
  const before = everything()

  holdfast("bootstrap", "--yes", "--default-repository-url", "http://packages.packages.svc/")
  const deployment = json("get", "deployment", "holdfast-operator", "-n", "holdfast-system")
  check(deployment.status.readyReplicas === 2, "two pods of the operator are ready")
  check(
    conditionOf(json("get", "packagerepository", "glasskube"), "Ready")?.status === "True",
    "the default repository is Ready"
  )

  kubectl(["create", "namespace", "shop"])
  kubectl(["apply", "--server-side", "--field-manager=holdfast", "-f", "-"], rightsIn(root, "shop", "shop-webhook-tls"))
  kubectl(["apply", "-f", "-"], file("shop.yaml"))
  kubectl(["rollout", "status", "deployment/shop-webhook", "-n", "shop", "--timeout=90s"])
  await until("Ready", 60, () => conditionOf(certificate("shop", "shop-webhook"), "Ready")?.status === "True")
  check(true, "a webhook that mounts its Secret is up")

  // The previous CA need not stay trusted for an hour after it served: nothing is rolled back here.
  const brief = '{"spec":{"minPublish":"0s","rollback":"0s"}}'
  kubectl(["patch", "webhookcertificate/holdfast-webhook", "-n", "holdfast-system", "--type=merge", "-p", brief])

  const callsBefore = failedCalls()
  const traffic = load(root)
  await until("load", 20, () => traffic.counts().requests > 50)
  const nudged = await rotate("nudged")
  kubectl([
    "patch",
    "role",
    "holdfast-operator",
    "-n",
    "shop",
    "--type=json",
    "-p",
    '[{"op":"remove","path":"/rules/1"}]'
  ])
  const patient = await rotate("not-nudged")
  traffic.end()
  const { requests, failed: failures, slowest } = traffic.counts()
  for (const failure of traffic.failures.slice(0, 5)) console.log(`     ${failure}`)
  check(
    failures === 0,
    `${requests} requests through both webhooks during two CA rotations of each, ${failures} failed, the slowest took ${slowest} ms`
  )
  check(failedCalls() === callsBefore, "the API server counts no failed call of a webhook")
  const times = ({ pods, whole }: typeof nudged) =>
    `${pods.toFixed(1)} s until every pod presents the new leaf, ${whole.toFixed(0)} s in all`
  check(nudged.pods < 10, `with the nudge: ${times(nudged)}`)
  // By chance its kubelet may be about to look anyway: this one is told, not judged.
  console.log(`     without it:     ${times(patient)}`)

  const logs = kubectl(["logs", "-n", "holdfast-system", "-l", "app.kubernetes.io/component=operator", "--tail=-1"])
  console.log(`\nthe operator's log:\n${logs}`)
  check(!/PRIVATE KEY/.test(logs), "no key is in the log")

  holdfast("uninstall", "--yes", "--delete-resources")
  const entries = json("get", "validatingwebhookconfiguration", "shop").webhooks.map(
    ({ name }: { name: string }) => name
  )
  check(entries.length === 1, `the webhook that is not ours keeps its own entries: ${entries.join(", ")}`)
  for (const kind of ["validatingwebhookconfiguration/shop", "namespace/shop"]) kubectl(["delete", kind])
  const left = everything().filter((one) => !before.includes(one))
  for (const one of left) console.log(`     left: ${one}`)
  check(left.length === 0, "nothing is left")
  return failed ? 1 : 0
}
