import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Answer, Json } from "../support/Api.ts"
import * as CustomResources from "../support/CustomResources.ts"
import type { Area, Lab } from "../support/Lab.ts"
import { eventually, failure, status } from "../support/Objects.ts"
import * as TlsServer from "../support/TlsServer.ts"
import * as Webhooks from "../support/Webhooks.ts"

const { aThing, create, define, definitionPath, groupOf, pathOf, thing } = CustomResources

/** A definition with a stored version v1 and a second one v2, converted by the webhook behind the Service `hook`. */
const converted = (lab: Lab, caBundle: string | undefined): Json => {
  const definition = thing(lab, {
    type: "object",
    properties: { spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true } }
  })
  const [v1] = definition.spec.versions
  definition.spec.versions = [v1, { ...v1, name: "v2", storage: false }]
  definition.spec.conversion = {
    strategy: "Webhook",
    webhook: {
      conversionReviewVersions: ["v1"],
      clientConfig: {
        ...(caBundle === undefined ? {} : { caBundle }),
        service: { namespace: lab.namespace, name: "hook", path: "/convert" }
      }
    }
  }
  return definition
}

/** Serves a webhook that gives each object its new version and writes it into the spec as well. */
const serve = Effect.fnUntraced(function* (lab: Lab, convert?: (request: Json) => Json) {
  const ca = yield* Webhooks.newCa()
  const leaf = yield* Webhooks.leafFor(ca, lab.namespace)
  const server = yield* TlsServer.make({ _tag: "Tls", leaf }, ({ body: { request, ...review } }) => {
    const convertedObjects = request.objects.map((object: Json) => ({
      ...object,
      apiVersion: request.desiredAPIVersion,
      spec: { ...object.spec, convertedTo: request.desiredAPIVersion.split("/")[1] }
    }))
    const response = convert?.(request) ?? { convertedObjects, result: { status: "Success" } }
    return { body: { ...review, response: { uid: request.uid, ...response } } }
  })
  yield* Webhooks.route(lab, server)
  return { server, caBundle: Webhooks.base64(ca.certificate.pem) }
})

/** Asks until the API server has heard of the Service, and the definition's storage is ready. */
const settled = <R>(ask: Effect.Effect<Answer, never, R>) =>
  eventually(ask, ({ body, status: code }) => code !== 429 && !/service "hook" not found/.test(body.message ?? ""))

const readInV2 = (lab: Lab) => settled(lab.api.get(`${pathOf(lab, "v2")}/a`))

export const conversion: Area = {
  name: "Conversion webhooks",
  tests: (it) => {
    it("reads an object in another version through the webhook", function* (lab) {
      const { caBundle, server } = yield* serve(lab)
      yield* define(lab, converted(lab, caBundle))
      yield* create(lab, aThing(lab, { size: 1 }))
      const { body } = yield* readInV2(lab)
      assert.deepStrictEqual([body.apiVersion, body.spec], [`${groupOf(lab)}/v2`, { size: 1, convertedTo: "v2" }])
      const review = server.received.at(-1)?.body
      assert.deepStrictEqual([review.apiVersion, review.kind], ["apiextensions.k8s.io/v1", "ConversionReview"])
      assert.strictEqual(review.request.desiredAPIVersion, `${groupOf(lab)}/v2`)
      assert.deepStrictEqual(
        review.request.objects.map(({ apiVersion, spec }: Json) => [apiVersion, spec]),
        [[`${groupOf(lab)}/v1`, { size: 1 }]]
      )
    })

    it("stores what is written in another version as the webhook converts it", function* (lab) {
      const { caBundle } = yield* serve(lab)
      yield* define(lab, converted(lab, caBundle))
      const created = yield* settled(lab.api.post(pathOf(lab, "v2"), aThing(lab, { size: 1 }, "a", "v2")))
      assert.strictEqual(created.status, 201)
      const { body } = yield* lab.api.get(`${pathOf(lab)}/a`)
      assert.deepStrictEqual(body.spec, { size: 1, convertedTo: "v1" })
    })

    it("asks for nothing while the version is the stored one", function* (lab) {
      const { caBundle, server } = yield* serve(lab)
      yield* define(lab, converted(lab, caBundle))
      yield* create(lab, aThing(lab, { size: 1 }))
      const before = server.received.length
      yield* lab.api.get(`${pathOf(lab)}/a`)
      yield* lab.api.get(pathOf(lab))
      assert.strictEqual(server.received.length, before)
    })

    it("fails while the webhook is not to be trusted, worded by what is asked for", function* (lab) {
      yield* serve(lab)
      const other = yield* Webhooks.newCa("another")
      yield* define(lab, converted(lab, Webhooks.base64(other.certificate.pem)))
      const created = yield* create(lab, aThing(lab, { size: 1 }))
      const failed = (version: string) =>
        `conversion webhook for ${groupOf(lab)}/${version}, Kind=Thing failed: Post "https://hook.${lab.namespace}.svc:443/convert?timeout=30s": tls: failed to verify certificate: x509: certificate signed by unknown authority`
      const undecodable =
        lab.minor < 37
          ? failed("v1")
          : `object not decodable revision=${created.body.metadata.resourceVersion}: ${failed("v1")}`

      const read = yield* readInV2(lab)
      const listed = yield* lab.api.get(pathOf(lab, "v2"))
      if (lab.minor < 37) {
        for (const answer of [read, listed]) {
          assert.deepStrictEqual(failure(answer), status(500, undefined, failed("v1")))
        }
      } else {
        const corrupt = (prefix: string) =>
          `StorageError: corrupt object, Code: 7, Key: ${prefix}/${groupOf(lab)}/things/${lab.namespace}/a, ResourceVersion: 0, AdditionalErrorMsg: ${undecodable}`
        assert.deepStrictEqual(failure(read), status(500, "InternalError", `Internal error occurred: ${corrupt("")}`))
        assert.deepStrictEqual(read.body.details, { causes: [{ message: corrupt("") }] })
        assert.deepStrictEqual(
          failure(listed),
          status(
            500,
            "StorageReadError",
            `failed to read one or more things.${groupOf(lab)} from the storage: ${corrupt("/registry")}`
          )
        )
        assert.deepStrictEqual(listed.body.details, {
          name: "list",
          group: groupOf(lab),
          kind: "things",
          causes: [
            {
              reason: "UnexpectedServerResponse",
              message: corrupt("/registry"),
              field: `/registry/${groupOf(lab)}/things/${lab.namespace}/a`
            }
          ]
        })
      }

      const patched = yield* lab.api.patch("merge", `${pathOf(lab, "v2")}/a`, { spec: { size: 2 } })
      assert.deepStrictEqual(failure(patched), status(500, undefined, undecodable))

      const again = aThing(lab, { size: 1 }, "b", "v2")
      const posted = yield* lab.api.post(pathOf(lab, "v2"), again)
      assert.deepStrictEqual(failure(posted), status(500, undefined, failed("v2")))
      const applied = yield* lab.api.patch("apply", `${pathOf(lab, "v2")}/b?fieldManager=holdfast`, again)
      assert.deepStrictEqual(failure(applied), status(500, undefined, failed("v2")))
    })

    it("works again when the caBundle is mended", function* (lab) {
      const { caBundle } = yield* serve(lab)
      const other = yield* Webhooks.newCa("another")
      yield* define(lab, converted(lab, Webhooks.base64(other.certificate.pem)))
      yield* create(lab, aThing(lab, { size: 1 }))
      assert.strictEqual((yield* readInV2(lab)).status, 500)
      yield* lab.api.patch("merge", definitionPath(lab), {
        spec: { conversion: { webhook: { clientConfig: { caBundle } } } }
      })
      const answer = yield* eventually(readInV2(lab), ({ status: code }) => code === 200)
      assert.deepStrictEqual(answer.body.spec, { size: 1, convertedTo: "v2" })
    })

    it("passes on why the webhook could not convert", function* (lab) {
      const { caBundle } = yield* serve(lab, () => ({
        convertedObjects: [],
        result: { status: "Failure", message: "no way" }
      }))
      yield* define(lab, converted(lab, caBundle))
      assert.deepStrictEqual(
        failure(yield* settled(lab.api.post(pathOf(lab, "v2"), aThing(lab, { size: 1 }, "a", "v2")))),
        status(500, undefined, `conversion webhook for ${groupOf(lab)}/v2, Kind=Thing failed: no way`)
      )
    })

    it("refuses fewer objects than it has sent", function* (lab) {
      const { caBundle } = yield* serve(lab, () => ({ convertedObjects: [], result: { status: "Success" } }))
      yield* define(lab, converted(lab, caBundle))
      assert.deepStrictEqual(
        failure(yield* settled(lab.api.post(pathOf(lab, "v2"), aThing(lab, { size: 1 }, "a", "v2")))),
        status(500, undefined, `conversion webhook for ${groupOf(lab)}/v2, Kind=Thing returned 0 objects, expected 1`)
      )
    })

    it("refuses a caBundle that is no PEM where a good one was", function* (lab) {
      const { caBundle } = yield* serve(lab)
      yield* define(lab, converted(lab, caBundle))
      const answer = yield* lab.api.patch("merge", definitionPath(lab), {
        spec: { conversion: { webhook: { clientConfig: { caBundle: "Cg==" } } } }
      })
      assert.deepStrictEqual(
        failure(answer),
        status(
          422,
          "Invalid",
          `CustomResourceDefinition.apiextensions.k8s.io "things.${groupOf(lab)}" is invalid: spec.conversion.webhookClientConfig.caBundle: Invalid value: "Cg==": unable to load root certificates: unable to parse bytes as PEM block`
        )
      )
    })
  }
}
