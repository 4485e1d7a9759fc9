/**
 * Checks the links of the built site, those of navigation and of pages that are made from doc comments among them:
 * each has to lead to a page, and its fragment to a place on it. The generator itself looks at neither navigation nor
 * fragments.
 */
import { existsSync, globSync, readFileSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"

const base = process.env["DOCS_BASE"] ?? "/"
const site = fileURLToPath(new URL("dist/", import.meta.url))
const isFile = (path) => existsSync(path) && statSync(path).isFile()
const unescape = (text) => text.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&#39;", "'")

const places = new Map()
const placesOf = (page) => {
  if (!places.has(page)) {
    places.set(
      page,
      new Set(Array.from(readFileSync(page, "utf8").matchAll(/\sid="([^"]+)"/g), ([, id]) => unescape(id)))
    )
  }
  return places.get(page)
}

/** The page that a path leads to, which may leave out its ending. */
const find = (page, path) => {
  const target = path.startsWith("/") ? join(site, path.slice(base.length)) : join(dirname(page), path)
  return [target, `${target}.html`, join(target, "index.html")].find(isFile)
}

const dead = new Map()
let count = 0
for (const name of globSync("**/*.html", { cwd: site })) {
  const page = join(site, name)
  for (const [, raw] of readFileSync(page, "utf8").matchAll(/<a [^>]*href="([^"]+)"/g)) {
    const link = unescape(raw)
    if (/^[a-z]+:/.test(link)) continue
    count++
    const [path, fragment = ""] = decodeURIComponent(link).split("#")
    const target = path === "" ? page : find(page, path)
    const isThere =
      target !== undefined && (fragment === "" || !target.endsWith(".html") || placesOf(target).has(fragment))
    if (!isThere) dead.set(link, [...(dead.get(link) ?? []), name])
  }
}
for (const [link, pages] of dead) console.error(`dead link ${link} on ${pages.length} pages, ${pages[0]} among them`)
if (dead.size > 0) process.exit(1)
console.log(`${count} links of the site lead somewhere`)
