/** Rules of built-in kinds that installers run into; far from all of those that a real API server checks. */

import * as CustomResources from "../crd/CustomResources.ts"
import { arrayAt, equals, isObject, type JsonObject, numberAt, objectAt, stringAt, stringsAt } from "../Json.ts"
import type { ResourceType } from "../Resources.ts"
import type { FieldError } from "../Status.ts"
import { labelSelector } from "../store/Selectors.ts"

type Rule = (after: JsonObject, before: JsonObject | undefined) => ReadonlyArray<FieldError>

const required = (field: string, detail = ""): FieldError => ({ type: "Required", field, detail })

const immutable = (
  after: JsonObject,
  before: JsonObject | undefined,
  ...path: ReadonlyArray<string>
): ReadonlyArray<FieldError> => {
  if (before === undefined) return []
  const key = path.at(-1) ?? ""
  const value = objectAt(after, ...path.slice(0, -1))[key]
  const old = objectAt(before, ...path.slice(0, -1))[key]
  return equals(value, old)
    ? []
    : [{ type: "Invalid", field: path.join("."), value: value ?? null, detail: "field is immutable" }]
}

const containers = (spec: JsonObject, path: string): ReadonlyArray<FieldError> => {
  const list = arrayAt(spec, "containers")
  if (list.length === 0) return [required(`${path}.containers`)]
  const seen = new Set<string>()
  return list.flatMap((each, index) => {
    const at = `${path}.containers[${index}]`
    const name = stringAt(each, "name") ?? ""
    const errors: Array<FieldError> = []
    if (name === "") errors.push(required(`${at}.name`))
    else if (seen.has(name)) errors.push({ type: "Duplicate", field: `${at}.name`, value: name, detail: "" })
    seen.add(name)
    if ((stringAt(each, "image") ?? "") === "") errors.push(required(`${at}.image`))
    return errors
  })
}

const atLeast = (
  object: JsonObject,
  least: number,
  detail: string,
  ...path: ReadonlyArray<string>
): ReadonlyArray<FieldError> => {
  const value = numberAt(object, ...path)
  return value !== undefined && value < least ? [{ type: "Invalid", field: path.join("."), value, detail }] : []
}

const notNegative = (object: JsonObject, ...path: ReadonlyArray<string>): ReadonlyArray<FieldError> =>
  atLeast(object, 0, "must be greater than or equal to 0", ...path)

const workload: Rule = (after, before) => {
  const selector = objectAt(after, "spec")["selector"]
  const labels = objectAt(after, "spec", "template", "metadata", "labels")
  const errors: Array<FieldError> = [
    ...immutable(after, before, "spec", "selector"),
    ...notNegative(after, "spec", "replicas")
  ]
  if (!isObject(selector)) errors.push(required("spec.selector"))
  else if (!labelSelector(selector)(labels)) {
    errors.push({
      type: "Invalid",
      field: "spec.template.metadata.labels",
      value: labels,
      detail: "`selector` does not match template `labels`"
    })
  }
  return [...errors, ...containers(objectAt(after, "spec", "template", "spec"), "spec.template.spec")]
}

const webhooks: Rule = (after) =>
  arrayAt(after, "webhooks").flatMap((webhook, index) => {
    const at = `webhooks[${index}]`
    const errors: Array<FieldError> = []
    const schemes: Array<FieldError> = []
    const name = stringAt(webhook, "name") ?? ""
    if (name === "") errors.push(required(`${at}.name`))
    else if (name.split(".").length < 3) {
      errors.push({
        type: "Invalid",
        field: `${at}.name`,
        value: name,
        detail: "should be a domain with at least three segments separated by dots"
      })
    }
    const client = objectAt(webhook, "clientConfig")
    if ((client["url"] === undefined) === (client["service"] === undefined)) {
      errors.push(required(`${at}.clientConfig`, "exactly one of url or service is required"))
    }
    const url = stringAt(client, "url")
    if (url !== undefined && !url.startsWith("https://")) {
      schemes.push({
        type: "Invalid",
        field: `${at}.clientConfig.url`,
        value: url.split(":")[0] ?? "",
        detail: "'https' is the only allowed URL scheme; desired format: https://host[/path]"
      })
    }
    const sideEffects = stringAt(webhook, "sideEffects")
    if (sideEffects === undefined) {
      errors.push(required(`${at}.sideEffects`, "must specify one of None, NoneOnDryRun"))
    } else if (sideEffects !== "None" && sideEffects !== "NoneOnDryRun") {
      errors.push({
        type: "NotSupported",
        field: `${at}.sideEffects`,
        value: sideEffects,
        detail: 'supported values: "None", "NoneOnDryRun"'
      })
    }
    const versions = stringsAt(webhook, "admissionReviewVersions")
    if (versions.length === 0) errors.push(required(`${at}.admissionReviewVersions`, "must specify one of v1, v1beta1"))
    const timeout = objectAt(webhook)["timeoutSeconds"]
    if (typeof timeout === "number" && (timeout < 1 || timeout > 30)) {
      errors.push({
        type: "Invalid",
        field: `${at}.timeoutSeconds`,
        value: timeout,
        detail: `the timeout value must be between 1 and 30 seconds`
      })
    }
    return [...errors, ...schemes]
  })

const roleRef: Rule = (after, before) => {
  if (before === undefined || equals(after["roleRef"], before["roleRef"])) return []
  const { apiGroup, kind, name } = objectAt(after, "roleRef")
  const value = { APIGroup: apiGroup, Kind: kind, Name: name }
  return [{ type: "Invalid", field: "roleRef", value, detail: "field is immutable" }]
}

const servicePorts = (service: JsonObject): ReadonlyArray<FieldError> => {
  const ports = arrayAt(service, "spec", "ports")
  const names = new Set<string>()
  const keys = new Set<string>()
  const errors: Array<FieldError> = []
  ports.forEach((port, index) => {
    const name = stringAt(port, "name") ?? ""
    const field = `spec.ports[${index}]`
    if (name === "" && ports.length > 1) errors.push(required(`${field}.name`))
    else if (names.has(name)) errors.push({ type: "Duplicate", field: `${field}.name`, value: name, detail: "" })
    names.add(name)
  })
  ports.forEach((port, index) => {
    const number = numberAt(port, "port") ?? 0
    const protocol = stringAt(port, "protocol") ?? "TCP"
    const key = `${protocol}/${number}`
    const value = { Name: "", Protocol: protocol, AppProtocol: null, Port: number, TargetPort: 0, NodePort: 0 }
    if (keys.has(key)) errors.push({ type: "Duplicate", field: `spec.ports[${index}]`, value, detail: "" })
    keys.add(key)
  })
  return errors
}

const sizeLimit = 1024 * 1024

const sizeOf = (data: JsonObject, encoding: "utf8" | "base64"): number =>
  Object.values(data).reduce<number>((sum, each) => sum + Buffer.byteLength(String(each), encoding), 0)

const schedule = (after: JsonObject): ReadonlyArray<FieldError> => {
  const value = stringAt(after, "spec", "schedule") ?? ""
  const fields = value.split(/\s+/).filter((each) => each !== "")
  if (value.startsWith("@") || fields.length === 5) return []
  const detail = `expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`
  return [{ type: "Invalid", field: "spec.schedule", value, detail }]
}

const rules: Readonly<Record<string, Rule>> = {
  "/pods": (after) => containers(objectAt(after, "spec"), "spec"),
  "/services": (after, before) => {
    const errors: Array<FieldError> = []
    const headless =
      stringAt(after, "spec", "clusterIP") === "None" || stringAt(after, "spec", "type") === "ExternalName"
    if (!headless && arrayAt(after, "spec", "ports").length === 0) errors.push(required("spec.ports"))
    errors.push(...servicePorts(after))
    const ip = stringAt(before, "spec", "clusterIP")
    if (
      before !== undefined &&
      ip !== undefined &&
      stringAt(after, "spec", "clusterIP") !== ip &&
      stringAt(after, "spec", "type") !== "ExternalName"
    ) {
      errors.push({
        type: "Invalid",
        field: "spec.clusterIPs[0]",
        value: [stringAt(after, "spec", "clusterIP") ?? ""],
        detail: "may not change once set"
      })
    }
    return errors
  },
  "/secrets": (after, before) => {
    const errors: Array<FieldError> = [...immutable(after, before, "type")]
    if (sizeOf(objectAt(after, "data"), "base64") > sizeLimit) {
      errors.push({ type: "TooLong", field: "data", detail: `may not be more than ${sizeLimit} bytes` })
    }
    if (before?.["immutable"] === true && !equals(after["data"], before["data"])) {
      errors.push({ type: "Forbidden", field: "data", detail: "field is immutable when `immutable` is set" })
    }
    if (stringAt(after, "type") === "kubernetes.io/tls") {
      for (const key of ["tls.crt", "tls.key"])
        if (objectAt(after, "data")[key] === undefined) errors.push(required(`data[${key}]`))
    }
    return errors
  },
  "/configmaps": (after, before) => {
    const size = sizeOf(objectAt(after, "data"), "utf8") + sizeOf(objectAt(after, "binaryData"), "base64")
    const errors: Array<FieldError> =
      size > sizeLimit ? [{ type: "TooLong", field: "[]", detail: `may not be more than ${sizeLimit} bytes` }] : []
    return before?.["immutable"] === true && !equals(after["data"], before["data"])
      ? [...errors, { type: "Forbidden", field: "data", detail: "field is immutable when `immutable` is set" }]
      : errors
  },
  "batch/cronjobs": schedule,
  "apps/deployments": workload,
  "apps/statefulsets": workload,
  "apps/daemonsets": workload,
  "apps/replicasets": workload,
  "batch/jobs": (after, before) => {
    const errors = [
      ...containers(objectAt(after, "spec", "template", "spec"), "spec.template.spec"),
      ...immutable(after, before, "spec", "template")
    ]
    const policy = stringAt(after, "spec", "template", "spec", "restartPolicy")
    return policy === "Always"
      ? [
          ...errors,
          {
            type: "Required" as const,
            field: "spec.template.spec.restartPolicy",
            detail: 'valid values: "OnFailure", "Never"'
          }
        ]
      : errors
  },
  "admissionregistration.k8s.io/validatingwebhookconfigurations": webhooks,
  "admissionregistration.k8s.io/mutatingwebhookconfigurations": webhooks,
  "rbac.authorization.k8s.io/clusterrolebindings": roleRef,
  "rbac.authorization.k8s.io/rolebindings": roleRef,
  "coordination.k8s.io/leases": (after) => [
    ...atLeast(after, 1, "must be greater than 0", "spec", "leaseDurationSeconds"),
    ...notNegative(after, "spec", "leaseTransitions")
  ],
  "apiregistration.k8s.io/apiservices": (after) => {
    const { caBundle, insecureSkipTLSVerify } = objectAt(after, "spec")
    const field = "spec.insecureSkipTLSVerify"
    return insecureSkipTLSVerify === true && caBundle !== undefined
      ? [{ type: "Invalid", field, value: true, detail: "may not be true if caBundle is present" }]
      : []
  },
  [CustomResources.storage]: (after, before) => [
    ...CustomResources.errors(after, before),
    ...immutable(after, before, "spec", "group"),
    ...immutable(after, before, "spec", "scope"),
    ...immutable(after, before, "spec", "names", "plural"),
    ...immutable(after, before, "spec", "names", "kind")
  ]
}

export const errors = (
  after: JsonObject,
  before: JsonObject | undefined,
  resource: ResourceType
): ReadonlyArray<FieldError> => [
  ...(resource.apiVersion === "events.k8s.io/v1" && before === undefined ? newEvent(after) : []),
  ...(rules[resource.storage]?.(after, before) ?? [])
]

/** The newer event API asks for more than the old one. */
const newEvent = (event: JsonObject): ReadonlyArray<FieldError> => {
  const type = stringAt(event, "type") ?? ""
  return [
    ...(stringAt(event, "eventTime") === undefined ? [required("eventTime")] : []),
    ...(["Normal", "Warning"].includes(type)
      ? []
      : [{ type: "Invalid" as const, field: "type", value: "", detail: `has invalid value: ${type}` }])
  ]
}
