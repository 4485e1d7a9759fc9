/**
 * Makes the root file system of the operator's image: the Node.js that runs this, the libraries that it loads, and the
 * program. No shell, no package manager, nothing that an image scanner would find outdated but Node.js and libc.
 *
 *     node rootfs.mjs FOLDER
 */
import { execFileSync, spawnSync } from "node:child_process"
import { chmodSync, copyFileSync, mkdirSync, realpathSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import process from "node:process"

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error("usage: node rootfs.mjs FOLDER")
  process.exit(64)
}

const put = (source, path) => {
  const target = join(folder, path)
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(source, target)
  return target
}

const node = put(process.execPath, "/node")
chmodSync(node, 0o755)
// Without the symbols a debugger would want, a seventh of its size; where there is no strip it is larger, and as good.
spawnSync("strip", ["--strip-all", node])
for (const [, library] of execFileSync("ldd", [process.execPath], { encoding: "utf8" }).matchAll(/(\/\S+) \(0x/g)) {
  put(realpathSync(library), library)
}
put(join(import.meta.dirname, "../dist/operator.mjs"), "/operator.mjs")

mkdirSync(join(folder, "etc"), { recursive: true })
writeFileSync(join(folder, "etc/passwd"), "nonroot:x:65532:65532:nonroot:/:/sbin/nologin\n")
writeFileSync(join(folder, "etc/group"), "nonroot:x:65532:\n")
writeFileSync(join(folder, "etc/nsswitch.conf"), "hosts: files dns\n")
