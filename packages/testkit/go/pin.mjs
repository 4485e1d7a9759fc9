#!/usr/bin/env node
/**
 * Writes go.mod for one Kubernetes and one etcd release:
 *
 *     node pin.mjs 1.37.2 3.7.0
 *
 * k8s.io/kubernetes names its staging modules (k8s.io/api, k8s.io/apiserver, …) by a path inside its own repository,
 * so whoever builds it from outside has to pin every one of them: release 1.N.P of Kubernetes goes with v0.N.P of them.
 */
import { execFileSync } from "node:child_process"
import { rmSync, writeFileSync } from "node:fs"

const [kubernetes, etcd] = process.argv.slice(2)
if (kubernetes === undefined || etcd === undefined) {
  console.error("usage: node pin.mjs KUBERNETES_VERSION ETCD_VERSION")
  process.exit(2)
}

const go = (...args) => execFileSync("go", args, { cwd: import.meta.dirname, encoding: "utf8" })
const upstream = JSON.parse(go("mod", "download", "-json", `k8s.io/kubernetes@v${kubernetes}`))
const { Go, Replace } = JSON.parse(go("mod", "edit", "-json", upstream.GoMod))
const staging = kubernetes.replace(/^1\./, "0.")

writeFileSync(
  new URL("go.mod", import.meta.url),
  `module github.com/holdfast-dev/holdfast/packages/testkit/go

go ${Go}

require (
	go.etcd.io/etcd/server/v3 v${etcd}
	k8s.io/component-base v${staging}
	k8s.io/kubectl v${staging}
	k8s.io/kubernetes v${kubernetes}
)

replace (
${Replace.filter(({ New }) => New.Path.startsWith("./staging/"))
  .map(({ Old }) => `\t${Old.Path} => ${Old.Path} v${staging}`)
  .join("\n")}
)
`
)
rmSync(new URL("go.sum", import.meta.url), { force: true })
go("mod", "tidy")
