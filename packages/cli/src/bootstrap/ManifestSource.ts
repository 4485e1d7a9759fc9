/**
 * Where the manifests of a bootstrap come from: the flags `--url`, `--file`, `--type` and `--latest`, or this program.
 *
 * @since 0.1.0
 */
import type { Sources } from "@holdfast/k8s-adapter/Manifests"
import * as Effect from "effect/Effect"
import type { Host } from "../Host.ts"
import { CommandError } from "../output/CommandError.ts"

/**
 * The release of Glasskube that `--type` installs unless asked otherwise: the one this version was tested with.
 *
 * @category constants
 * @since 0.1.0
 */
export const testedRelease = "v0.26.1"

const releases = "https://github.com/glasskube/glasskube/releases"

/**
 * The flags that choose the manifests.
 *
 * @category options
 * @since 0.1.0
 */
export interface SourceFlags {
  readonly url: string | undefined
  readonly file: ReadonlyArray<string>
  readonly type: "slim" | "aio" | undefined
  readonly latest: boolean | undefined
  readonly image: string | undefined
}

/** The address of a release's manifest, as the releases of the package operator are laid out. */
const releaseManifest = (type: "slim" | "aio", latest: boolean): string =>
  latest
    ? `${releases}/latest/download/manifest-${type}.yaml`
    : `${releases}/download/${testedRelease}/manifest-${type}.yaml`

const usage = (detail: string) => Effect.fail(new CommandError({ exit: "usage", detail }))

/**
 * What to read; `"built-in"` where nothing else is asked for. Flags that contradict each other are a usage error.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromFlags = (flags: SourceFlags, host: Host): Effect.Effect<Sources | "built-in", CommandError> => {
  const { url, file, type, latest, image } = flags
  const named = [...(url === undefined ? [] : ["--url"]), ...(file.length === 0 ? [] : ["--file"])]
  if (named.length > 1) return usage("--url and --file exclude each other: give one of them")
  const [first] = named
  if (first !== undefined && (type !== undefined || latest === true)) {
    return usage(`${first} excludes --type and --latest: these choose a release manifest`)
  }
  if (latest === true && type === undefined) return usage("--latest goes with --type slim or --type aio")
  if (image !== undefined && (first ?? type) !== undefined) {
    return usage(`--image is for the built-in manifest, which ${first ?? "--type"} replaces`)
  }
  if (image !== undefined && !/^[^\s:@]\S*$/.test(image)) {
    return usage(`invalid value ${JSON.stringify(image)} for --image: expected the name of an image`)
  }
  if (url !== undefined) {
    return /^https?:\/\/[^/]/i.test(url)
      ? Effect.succeed({ files: [url] })
      : usage(
          `invalid value ${JSON.stringify(url)} for --url: expected an address that begins with https:// or http://`
        )
  }
  if (file.length === 0 && type === undefined) return Effect.succeed("built-in")
  return Effect.succeed({
    files: type === undefined ? file : [releaseManifest(type, latest === true)],
    stdin: { [Symbol.asyncIterator]: () => host.stdin.bytes()[Symbol.asyncIterator]() }
  })
}
