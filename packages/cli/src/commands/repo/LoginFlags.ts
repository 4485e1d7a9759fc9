/**
 * The flags that say how a package repository is logged in to. No secret has a flag of its own: what stands on a command
 * line is read by everybody who lists processes, and kept by the shell's history.
 *
 * @since 0.1.0
 */
import * as Flag from "../../commandline/Flag.ts"

const login = { group: "Login flags" } as const

/**
 * How to log in.
 *
 * @category flags
 * @since 0.1.0
 */
export const loginFlags = {
  auth: Flag.choice("how to log in (default: basic with a user name, else none)", ["none", "basic", "bearer"], login),
  username: Flag.text("user name", "NAME", login),
  passwordStdin: Flag.toggle("read the password, or the bearer token, from standard input", login),
  passwordFile: Flag.text("read it from a file", "FILE", login),
  passwordEnv: Flag.text("read it from an environment variable", "VARIABLE", login),
  authSecret: Flag.text("a Secret that is there already, with the keys username and password, or token", "NAME", login),
  secretNamespace: Flag.text("namespace of the Secret (default: that of the package operator)", "NAME", {
    ...login,
    live: "namespaces"
  })
}
