/**
 * The program in the operator's image.
 *
 * @since 0.1.0
 */
import * as Kubeconfig from "@holdfast/k8s-adapter/Kubeconfig"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as Result from "effect/Result"
import * as Configuration from "./Configuration.ts"
import * as Operator from "./Operator.ts"

declare const HOLDFAST_VERSION: string | undefined

const version = typeof HOLDFAST_VERSION === "string" ? HOLDFAST_VERSION : "0.0.0-dev"

const help = `holdfast-operator ${version}: rotates webhook certificates without a failed admission request.
It runs in a cluster, from the manifest that "holdfast bootstrap" installs, and is told by its environment:

${Object.entries(Configuration.variables)
  .map(([variable, about]) => `  ${variable.padEnd(20)}${about}`)
  .join("\n")}

It listens on 9443 (webhooks, over TLS) and 8080 (/healthz, /readyz, /metrics).
`

/** Configuration errors have an exit code of their own (sysexits.h: EX_CONFIG). */
const notConfigured = 78

const main = async (words: ReadonlyArray<string>): Promise<number> => {
  const [word] = words
  if (word === "--version") {
    process.stdout.write(`holdfast-operator ${version}\n`)
    return 0
  }
  if (word === "--help" || word === "-h") {
    process.stdout.write(help)
    return 0
  }
  if (word !== undefined) {
    process.stderr.write(`error: ${JSON.stringify(word)} is not understood: there are --help and --version\n`)
    return 64
  }
  const configuration = Configuration.read(process.env)
  if (Result.isFailure(configuration)) {
    process.stderr.write(`error: ${configuration.failure.message}\n`)
    return notConfigured
  }
  const { logLevel, namespace, podName } = configuration.success
  const program = Operator.run({ load: Kubeconfig.load(), namespace, podName }).pipe(
    Effect.provide(KubernetesClient.layer({ userAgent: `holdfast-operator/${version}` })),
    Effect.as(0),
    Effect.catch((error) => Effect.as(Effect.logFatal(error.message), 1)),
    Effect.provide(Logger.layer([Logger.consoleLogFmt])),
    Effect.provideService(References.MinimumLogLevel, logLevel)
  )
  return Effect.runPromise(program)
}

process.exit(await main(process.argv.slice(2)))
