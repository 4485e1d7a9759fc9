import { readdirSync } from "node:fs"
import { basename, join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { type DefaultTheme, defineConfig } from "vitepress"

const docs = fileURLToPath(new URL("..", import.meta.url))

/** A list of a package's modules, folders as groups. */
const modules = (path: string): Array<DefaultTheme.SidebarItem> =>
  readdirSync(join(docs, path), { withFileTypes: true })
    .filter(({ name }) => name !== "index.md" && name !== "modules.md")
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map((entry) =>
      entry.isDirectory()
        ? { text: entry.name, collapsed: true, items: modules(join(path, entry.name)) }
        : { text: basename(entry.name, ".md"), link: `/${path}/${basename(entry.name, ".md")}` }
    )

const api = ["retry-core", "certificates", "k8s-adapter", "testkit", "operator"]

export default defineConfig({
  title: "Holdfast",
  description: "Keeps Kubernetes installs and admission webhooks working while certificates change",
  // Where the site lies on its host.
  base: process.env["DOCS_BASE"] ?? "/",
  outDir: "dist",
  cacheDir: "build/vitepress",
  cleanUrls: true,
  srcExclude: ["README.md"],
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    socialLinks: [{ icon: "github", link: "https://github.com/holdfast-dev/holdfast" }],
    nav: [
      { text: "Guide", link: "/" },
      { text: "Reference", link: "/api/" },
      { text: "Performance", link: "/performance" },
      { text: "Reliability", link: "/reliability" }
    ],
    sidebar: {
      "/": [
        {
          text: "Guide",
          items: [
            { text: "Start here", link: "/" },
            { text: "How the vacuum arises", link: "/guide/vacuum" },
            { text: "Bootstrap", link: "/guide/bootstrap" },
            { text: "Check and explain", link: "/guide/check-and-explain" },
            { text: "The operator", link: "/guide/operator" },
            { text: "Continuous delivery", link: "/guide/delivery" }
          ]
        },
        {
          text: "The npm packages",
          items: [
            { text: "Replace p-retry", link: "/guide/replace-p-retry" },
            { text: "Typed errors for client-node", link: "/guide/client-node" },
            { text: "Test an operator", link: "/guide/test-an-operator" }
          ]
        },
        {
          text: "Behind it",
          items: [
            { text: "Zero-gap rotation", link: "/rotation" },
            { text: "The hammer", link: "/hammer" },
            { text: "Performance", link: "/performance" },
            { text: "Reliability", link: "/reliability" },
            { text: "Test kit contract", link: "/contract" },
            { text: "Architecture", link: "/architecture" }
          ]
        }
      ],
      ...Object.fromEntries(
        api.map((name) => [`/api/${name}/`, [{ text: `@holdfast/${name}`, items: modules(`api/${name}`) }]])
      )
    }
  }
})
