/**
 * Checks the links of everything written by hand: pages of the site, READMEs, the root's pages and examples. A relative
 * link has to lead to a file, its fragment to a heading there, and a link into this repository on its forge to what is
 * in this checkout. Links between the pages that are made from doc comments are checked where they are made.
 */
import { existsSync, globSync, readFileSync, statSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const forge = /^https:\/\/github\.com\/holdfast-dev\/holdfast\/(?:blob|tree)\/main\//
const pages = globSync(
  ["*.md", ".github/**/*.md", "docs/*.md", "docs/guide/*.md", "packages/*/README.md", "examples/**/*.md", "bench/*.md"],
  { cwd: root, exclude: (name) => name.includes("node_modules") }
)

const prose = (text) => text.replace(/^(```|~~~)[\s\S]*?^\1/gm, "")
const slug = (heading) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s+/g, "-")
const headings = (file) =>
  new Set(Array.from(prose(readFileSync(file, "utf8")).matchAll(/^#+ (.+)$/gm), ([, text]) => slug(text)))

/** Why a link leads nowhere; `undefined` where it does. */
const problem = (page, link) => {
  const [path = "", fragment] = link.split("#")
  const own = forge.test(link) ? join(root, path.replace(forge, "")) : undefined
  if (own === undefined && /^[a-z]+:/.test(link)) return undefined
  // Made from doc comments.
  if (/^(\.{0,2}\/)*api\//.test(path)) return undefined
  // From the root of the site: a page, or a file beside the pages.
  const folders = path.startsWith("/") ? ["docs", "docs/public"] : [dirname(page)]
  const targets = own ? [own] : path === "" ? [join(root, page)] : folders.map((folder) => join(root, folder, path))
  const files = targets.flatMap((target) => [target, `${target}.md`, join(target, "index.md")])
  const file = files.find((each) => existsSync(each))
  if (file === undefined) return "there is no such file"
  if (fragment === undefined || statSync(file).isDirectory() || !file.endsWith(".md")) return undefined
  return headings(file).has(fragment) ? undefined : `${relative(root, file)} has no such heading`
}

let count = 0
for (const page of pages) {
  for (const [, link] of prose(readFileSync(join(root, page), "utf8")).matchAll(/\]\(([^)\s]+)\)/g)) {
    count++
    const why = problem(page, link)
    if (why === undefined) continue
    console.error(`${page}: ${link}: ${why}`)
    process.exitCode = 1
  }
}
if (process.exitCode === undefined) console.log(`${count} links in ${pages.length} pages lead somewhere`)
