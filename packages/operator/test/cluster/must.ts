import { spawnSync } from "node:child_process"

/** Runs a program that has to succeed; gives what it printed. */
export const must = (program: string, args: ReadonlyArray<string>, input?: string): string => {
  const { error, status, stdout } = spawnSync(program, args, {
    encoding: "utf8",
    input: input ?? "",
    stdio: ["pipe", "pipe", "inherit"],
    maxBuffer: 64 * 1024 * 1024
  })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}\n${stdout}`)
  return stdout
}
