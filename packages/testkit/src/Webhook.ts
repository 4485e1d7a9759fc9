/**
 * An admission webhook over real TLS, whose certificate can be swapped while it serves: the thing that stands on the
 * other side of a certificate vacuum.
 *
 * @since 0.1.0
 */
import * as https from "node:https"
import type { AddressInfo, Socket } from "node:net"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Client from "./internal/client/Client.ts"
import { arrayAt, isObject, type Json, type JsonObject, objectAt, stringAt } from "./internal/Json.ts"
import { labelSelector } from "./internal/store/Selectors.ts"
import type { RouteTarget, TestCluster } from "./TestCluster.ts"

/**
 * A serving certificate.
 *
 * @category models
 * @since 0.1.0
 */
export interface Serving {
  /** The leaf and what is to be presented behind it. */
  readonly chainPem: string
  readonly privateKeyPem: string | Redacted.Redacted
}

/**
 * The `request` of an AdmissionReview.
 *
 * @category models
 * @since 0.1.0
 */
export interface AdmissionRequest {
  readonly uid: string
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT"
  readonly name?: string
  readonly namespace?: string
  readonly dryRun?: boolean
  readonly object: Readonly<Record<string, unknown>> | null
  readonly oldObject: Readonly<Record<string, unknown>> | null
  readonly userInfo: { readonly username: string; readonly groups?: ReadonlyArray<string> }
  readonly [key: string]: unknown
}

/**
 * What a webhook says of a request.
 *
 * @category models
 * @since 0.1.0
 */
export interface Verdict {
  readonly allowed: boolean
  /** Why not; the API server puts `admission webhook "…" denied the request: ` before it. */
  readonly message?: string
  /** HTTP status of a denial, 403 in most webhooks; 400 when left out. */
  readonly code?: number
  /** JSON patch operations, for a mutating webhook. */
  readonly patch?: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly warnings?: ReadonlyArray<string>
}

/**
 * A running webhook.
 *
 * @category models
 * @since 0.1.0
 */
export interface Webhook {
  /** Where it listens, for `TestCluster.route`. */
  readonly target: RouteTarget
  /** Presents another certificate to new connections; open ones live on. */
  readonly present: (serving: Serving) => Effect.Effect<void>
  /** Cuts the connections that are open. */
  readonly disconnect: Effect.Effect<void>
  /** Stops listening, and listens again on the same port. */
  readonly down: Effect.Effect<void>
  readonly up: Effect.Effect<void>
  /** Reviews answered so far. */
  readonly reviews: Effect.Effect<ReadonlyArray<AdmissionRequest>>
  /** TLS connections accepted so far. */
  readonly connections: Effect.Effect<number>
}

/**
 * How a webhook is to be.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Left out, it does not listen until `present` gives it a certificate. */
  readonly serving?: Serving | undefined
  /** What to say; everything is allowed when left out. */
  readonly review?: ((request: AdmissionRequest, path: string) => Verdict | Promise<Verdict>) | undefined
  /** Handles any other request, such as a ConversionReview, by its parsed body; the answer is sent as JSON. */
  readonly other?: ((body: unknown, path: string) => unknown) | undefined
}

const material = (serving: Serving) => ({
  cert: serving.chainPem,
  key: Redacted.isRedacted(serving.privateKeyPem)
    ? String(Redacted.value(serving.privateKeyPem))
    : serving.privateKeyPem
})

/**
 * Starts a webhook on a free port of the loopback interface; it stops with the scope.
 *
 * **When to use**
 *
 * Use with `TestCluster.route` to answer the admission reviews of a Service.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options = {}): Effect.Effect<Webhook, never, Scope.Scope> =>
  Effect.gen(function* () {
    const reviews: Array<AdmissionRequest> = []
    const sockets = new Set<Socket>()
    let connections = 0
    let port = 0

    // A kept-alive connection must outlive the API server's own limit of 90 s, or a review is lost with EOF.
    const server = https.createServer({ keepAliveTimeout: 120_000 }, (message, response) => {
      const chunks: Array<Buffer> = []
      message.on("data", (chunk: Buffer) => chunks.push(chunk))
      message.on("end", () => {
        const path = (message.url ?? "/").split("?")[0] ?? "/"
        answer(options, reviews, Buffer.concat(chunks).toString("utf8"), path).then(
          (body) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body)),
          (error: unknown) => response.writeHead(500).end(String(error))
        )
      })
    })
    server.on("connection", (socket: Socket) => {
      sockets.add(socket)
      socket.on("error", () => {})
      socket.on("close", () => sockets.delete(socket))
    })
    server.on("secureConnection", () => connections++)
    server.on("tlsClientError", (_error, socket) => socket.destroy())

    const listen = Effect.callback<void>((resume) => {
      if (server.listening) return resume(Effect.void)
      server.listen(port, "127.0.0.1", () => {
        port = (server.address() as AddressInfo).port
        resume(Effect.void)
      })
    })
    const disconnect = Effect.sync(() => {
      for (const socket of sockets) socket.destroy()
    })
    const down = Effect.callback<void>((resume) => {
      if (!server.listening) return resume(Effect.void)
      server.close(() => resume(Effect.void))
      for (const socket of sockets) socket.destroy()
    })
    // The port is taken at the start, so that a route can be made before there is a certificate.
    yield* Effect.acquireRelease(listen, () => down)
    if (options.serving === undefined) yield* down
    else server.setSecureContext(material(options.serving))

    return {
      target: { host: "127.0.0.1" as const, port },
      present: (serving) =>
        Effect.andThen(
          Effect.sync(() => server.setSecureContext(material(serving))),
          listen
        ),
      disconnect,
      down,
      up: listen,
      reviews: Effect.sync(() => [...reviews]),
      connections: Effect.sync(() => connections)
    }
  })

const answer = async (
  options: Options,
  reviews: Array<AdmissionRequest>,
  text: string,
  path: string
): Promise<unknown> => {
  const body = JSON.parse(text) as { readonly kind?: string; readonly request?: AdmissionRequest }
  if (body.kind !== "AdmissionReview" || body.request === undefined) {
    if (options.other === undefined) throw new Error(`nothing answers ${body.kind ?? "this"}`)
    return options.other(body, path)
  }
  const { request } = body
  reviews.push(request)
  const verdict = (await options.review?.(request, path)) ?? { allowed: true }
  return {
    kind: "AdmissionReview",
    apiVersion: "admission.k8s.io/v1",
    response: {
      uid: request.uid,
      allowed: verdict.allowed,
      ...(verdict.allowed ? {} : { status: { message: verdict.message ?? "", code: verdict.code ?? 400 } }),
      ...(verdict.warnings === undefined ? {} : { warnings: verdict.warnings }),
      ...(verdict.patch === undefined
        ? {}
        : { patchType: "JSONPatch", patch: Buffer.from(JSON.stringify(verdict.patch)).toString("base64") })
    }
  }
}

/**
 * How the pod of a webhook sees its Secret.
 *
 * @category models
 * @since 0.1.0
 */
export interface MountOptions {
  /** The Secret (`tls.crt`, `tls.key`) that the pod mounts. */
  readonly secret: { readonly namespace: string; readonly name: string }
  /**
   * How long after a change of the Secret its pod serves the new certificate. A kubelet takes 13 to 72 s, in the
   * measurements this imitates.
   */
  readonly delay: Duration.Input
  /**
   * Pods whose annotations, when they change, make the kubelet look at the Secret at once. Left out, nothing cuts the
   * delay short.
   */
  readonly nudge?:
    | {
        readonly podLabels: Readonly<Record<string, string>>
        /** From the annotation to the new certificate; 1.5 s when left out, as measured. */
        readonly delay?: Duration.Input | undefined
        /** Annotations sooner than this after the Secret's change do nothing; half a second when left out. */
        readonly deaf?: Duration.Input | undefined
      }
    | undefined
  /** Called when the pod has switched, in milliseconds since the Secret changed. */
  readonly onSwitched?:
    | ((lag: { readonly millis: number; readonly by: "start" | "kubelet" | "nudge" }) => void)
    | undefined
}

/**
 * Serves the certificate of a Secret as a pod does that mounts it: at once when it starts, and late when it changes.
 *
 * **When to use**
 *
 * Use to make the window that a certificate job leaves, on the embedded server and on a real one.
 *
 * @category simulation
 * @since 0.1.0
 */
export const mount = (
  webhook: Pick<Webhook, "present">,
  cluster: Pick<TestCluster, "kubeconfig" | "url">,
  options: MountOptions
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const client = yield* Client.make(cluster)
    const { namespace, name } = options.secret
    const delay = Duration.toMillis(Duration.fromInputUnsafe(options.delay))
    const nudgeDelay = Duration.toMillis(Duration.fromInputUnsafe(options.nudge?.delay ?? "1500 millis"))
    const deaf = Duration.toMillis(Duration.fromInputUnsafe(options.nudge?.deaf ?? "500 millis"))
    const run = Effect.runForkWith(yield* Effect.context<Scope.Scope>())
    const clock = yield* Effect.clockWith(Effect.succeed)

    let mounted: string | undefined
    let latest: { readonly version: string; readonly serving: Serving; readonly at: number } | undefined
    const annotations = new Map<string, string>()

    const switchTo = (by: "start" | "kubelet" | "nudge") =>
      Effect.suspend(() => {
        if (latest === undefined || latest.version === mounted) return Effect.void
        const { version, serving, at } = latest
        mounted = version
        const millis = clock.currentTimeMillisUnsafe() - at
        return Effect.andThen(
          webhook.present(serving),
          Effect.sync(() => options.onSwitched?.({ millis, by }))
        )
      })
    const later = (millis: number, by: "start" | "kubelet" | "nudge") =>
      void run(Effect.delay(switchTo(by), Duration.millis(millis)))

    yield* client.follow(
      `/api/v1/namespaces/${namespace}/secrets?fieldSelector=metadata.name%3D${name}`,
      ({ type, object }) => {
        const serving = servingOf(object)
        if (type === "DELETED" || serving === undefined) return
        latest = {
          version: stringAt(object, "metadata", "resourceVersion") ?? "",
          serving,
          at: clock.currentTimeMillisUnsafe()
        }
        later(mounted === undefined ? 0 : delay, mounted === undefined ? "start" : "kubelet")
      }
    )
    const { nudge } = options
    if (nudge === undefined) return
    const concerns = labelSelector({ matchLabels: nudge.podLabels })
    yield* client.follow(`/api/v1/namespaces/${namespace}/pods`, ({ object }) => {
      if (!concerns(objectAt(object, "metadata", "labels")) || !mounts(object, name)) return
      const id = stringAt(object, "metadata", "uid") ?? ""
      const now = JSON.stringify(objectAt(object, "metadata", "annotations"))
      const before = annotations.get(id)
      annotations.set(id, now)
      if (before === undefined || before === now || latest === undefined) return
      if (clock.currentTimeMillisUnsafe() - latest.at >= deaf) later(nudgeDelay, "nudge")
    })
  })

const servingOf = (secret: JsonObject): Serving | undefined => {
  const data = objectAt(secret, "data")
  const text = (key: string) => Buffer.from(stringAt(data, key) ?? "", "base64").toString("utf8")
  return stringAt(data, "tls.crt") === undefined || stringAt(data, "tls.key") === undefined
    ? undefined
    : { chainPem: text("tls.crt"), privateKeyPem: text("tls.key") }
}

const mounts = (pod: JsonObject, secret: string): boolean =>
  arrayAt(pod, "spec", "volumes").some(
    (volume: Json) => isObject(volume) && stringAt(volume, "secret", "secretName") === secret
  )
