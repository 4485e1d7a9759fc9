/** Custom resource definitions of a test, in an API group of its own. */
import * as Effect from "effect/Effect"
import type { Json } from "./Api.ts"
import type { Lab } from "./Lab.ts"
import { eventually } from "./Objects.ts"

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

export const groupOf = ({ unique }: Lab): string => `${unique}.example.com`

/** The definition of `Thing` in the test's group, with one version `v1`; `more` adds to the version. */
export const thing = (lab: Lab, schema: Json, more: Json = {}): Json => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `things.${groupOf(lab)}` },
  spec: {
    group: groupOf(lab),
    scope: "Namespaced",
    names: { plural: "things", singular: "thing", kind: "Thing", listKind: "ThingList", shortNames: ["th"] },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema }, ...more }]
  }
})

export const pathOf = (lab: Lab, version = "v1"): string =>
  `/apis/${groupOf(lab)}/${version}/namespaces/${lab.namespace}/things`

export const definitionPath = (lab: Lab): string => `${definitions}/things.${groupOf(lab)}`

/** A `Thing`; its name is `a` unless another is given. */
export const aThing = (lab: Lab, spec: Json, name = "a", version = "v1"): Json => ({
  apiVersion: `${groupOf(lab)}/${version}`,
  kind: "Thing",
  metadata: { name },
  spec
})

/** Defines it until the scope ends, and waits until it is served. */
export const define = Effect.fnUntraced(function* (lab: Lab, definition: Json) {
  const created = yield* Effect.acquireRelease(lab.api.post(definitions, definition), () =>
    lab.api.delete(definitionPath(lab))
  )
  yield* untilServed(lab)
  return created
})

/** Waits until every served version answers. */
const untilServed = (lab: Lab) =>
  Effect.gen(function* () {
    const { body } = yield* eventually(lab.api.get(definitionPath(lab)), ({ body: { status } }) =>
      (status?.conditions ?? []).some(({ status: is, type }: Json) => type === "Established" && is === "True")
    )
    for (const { name, served } of body.spec.versions) {
      if (served) yield* eventually(lab.api.get(`/apis/${groupOf(lab)}/${name}`), ({ status }) => status === 200)
      // 404 before it is known, 429 while its storage is being prepared.
      if (served) yield* eventually(lab.api.get(pathOf(lab, name)), ({ status }) => status === 200)
    }
  })

/**
 * Creates by apply: a POST within two seconds of the definition would be held back until they are over, lest another
 * API server not know the definition yet.
 */
export const create = (lab: Lab, object: Json, version = "v1") =>
  lab.api.patch("apply", `${pathOf(lab, version)}/${object.metadata.name}?fieldManager=holdfast`, object)
