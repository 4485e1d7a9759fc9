/**
 * Puts all that one module needs into one chunk: loading a chunk costs a third of a millisecond, and what several
 * commands share comes in a dozen of them otherwise. What the entry needs too stays in the entry.
 */
import type { ModuleInfo, Plugin, PluginContext } from "rolldown"

/** The modules that a module imports at once, itself among them; not those that it imports on use. */
const closure = (root: string, infoOf: (id: string) => ModuleInfo | null): ReadonlySet<string> => {
  const found = new Set([root])
  for (const id of found) for (const imported of infoOf(id)?.importedIds ?? []) found.add(imported)
  return found
}

/** The plugin, and the group to give to `output.codeSplitting`. */
export const oneChunk = (name: string, { entry, module }: { readonly entry: string; readonly module: string }) => {
  let members: ReadonlySet<string> = new Set()
  const plugin: Plugin = {
    name: `one-chunk-${name}`,
    buildEnd(this: PluginContext) {
      const ids = [...this.getModuleIds()]
      const closureOf = (path: string) => {
        const root = ids.find((id) => id.endsWith(path))
        return root === undefined ? this.error(`there is no ${path}`) : closure(root, (id) => this.getModuleInfo(id))
      }
      members = closureOf(module).difference(closureOf(entry))
    }
  }
  return { plugin, group: { name, test: (id: string) => members.has(id), includeDependenciesRecursively: false } }
}
