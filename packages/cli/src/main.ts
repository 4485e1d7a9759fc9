#!/usr/bin/env node
/**
 * The entry of the program: what needs no cluster is answered at once, everything else is imported when it is used.
 *
 * @since 0.1.0
 */
import * as module from "node:module"
import { calling } from "./commandline/Calling.ts"
import { processHost } from "./ProcessHost.ts"
import { printVersion } from "./Version.ts"

module.enableCompileCache()

const { host, exit } = processHost()
const { name, words } = calling(process.argv[1] ?? "", process.argv.slice(2))
const run = async () =>
  words[0] === "--version" ? printVersion(host) : (await import("./Program.ts")).main(words, host, name)
// Not awaited: what is loaded on use imports from this module, which therefore has to be done first.
void run().then(exit)
