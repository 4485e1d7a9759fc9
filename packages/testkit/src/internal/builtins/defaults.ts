/** Defaults of built-in kinds that clients and controllers look at. */

import * as CustomResources from "../crd/CustomResources.ts"
import {
  arrayAt,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  type Mutable,
  objectAt,
  setAt,
  stringAt
} from "../Json.ts"

const fill = (object: JsonObject, values: JsonObject): JsonObject => {
  const missing = Object.entries(values).filter(([key]) => object[key] === undefined)
  return missing.length === 0 ? object : { ...object, ...Object.fromEntries(missing) }
}

const each = (object: JsonObject, key: string, change: (item: JsonObject) => JsonObject): JsonObject => {
  const list = object[key]
  return isArray(list) ? { ...object, [key]: list.map((item) => (isObject(item) ? change(item) : item)) } : object
}

const container = (value: JsonObject): JsonObject => {
  const image = stringAt(value, "image") ?? ""
  const tag = image.includes("@") ? "" : (/:([^/:]+)$/.exec(image)?.[1] ?? "latest")
  const filled = fill(value, {
    imagePullPolicy: tag === "latest" ? "Always" : "IfNotPresent",
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File"
  })
  const made: Mutable = {
    ...each(
      each(filled, "ports", (port) => fill(port, { protocol: "TCP" })),
      "env",
      envSource
    )
  }
  for (const key of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const inner = made[key]
    if (isObject(inner)) made[key] = fill(probe(inner), probeTimes)
  }
  return made
}

const probeTimes = { failureThreshold: 3, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1 }

const envSource = (env: JsonObject): JsonObject =>
  objectAt(env, "valueFrom")["fieldRef"] === undefined
    ? env
    : setAt(env, ["valueFrom", "fieldRef", "apiVersion"], stringAt(env, "valueFrom", "fieldRef", "apiVersion") ?? "v1")

const probe = (value: JsonObject): JsonObject =>
  isObject(value["httpGet"]) ? { ...value, httpGet: fill(value["httpGet"], { path: "/", scheme: "HTTP" }) } : value

const volume = (value: JsonObject): JsonObject => {
  const filled: Mutable = { ...value }
  for (const source of ["secret", "configMap", "projected", "downwardAPI"]) {
    const inner = value[source]
    if (isObject(inner)) filled[source] = fill(inner, { defaultMode: 420 })
  }
  return filled
}

const podSpec = (spec: JsonObject, restartPolicy = "Always"): JsonObject => {
  const named = stringAt(spec, "serviceAccountName")
  const filled = fill(spec, {
    restartPolicy,
    dnsPolicy: "ClusterFirst",
    schedulerName: "default-scheduler",
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    ...(named === undefined ? {} : { serviceAccount: named })
  })
  return each(each(each(filled, "containers", container), "initContainers", container), "volumes", volume)
}

const template = (object: JsonObject, path: ReadonlyArray<string>, restartPolicy?: string): JsonObject => {
  const spec = objectAt(object, ...path)["spec"]
  return isObject(spec) ? setAt(object, [...path, "spec"], podSpec(spec, restartPolicy)) : object
}

const spec = (object: JsonObject, values: JsonObject): JsonObject =>
  setAt(object, ["spec"], fill(objectAt(object, "spec"), values))

const webhooks = (object: JsonObject, mutating: boolean): JsonObject =>
  each(object, "webhooks", (webhook) => {
    const filled = fill(webhook, {
      failurePolicy: "Fail",
      matchPolicy: "Equivalent",
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
      ...(mutating ? { reinvocationPolicy: "Never" } : {})
    })
    const ruled = each(filled, "rules", (rule) => fill(rule, { scope: "*" }))
    return isObject(objectAt(ruled, "clientConfig")["service"])
      ? setAt(ruled, ["clientConfig", "service"], fill(objectAt(ruled, "clientConfig", "service"), { port: 443 }))
      : ruled
  })

const encodeStringData = (object: JsonObject): JsonObject => {
  const { stringData, ...rest } = object
  if (!isObject(stringData)) return rest
  const encoded = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(String(value)).toString("base64")])
  return { ...rest, data: { ...objectAt(object, "data"), ...Object.fromEntries(encoded) } }
}

const portDefaults = (port: JsonObject): JsonObject => fill(port, { protocol: "TCP", targetPort: port["port"] as Json })

const rolling = { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } }

const rules: Readonly<Record<string, (object: JsonObject) => JsonObject>> = {
  "/pods": (object) => setAt(object, ["spec"], fill(podSpec(objectAt(object, "spec")), { enableServiceLinks: true })),
  "/services": (object) => {
    const filled = spec(object, { type: "ClusterIP", sessionAffinity: "None", internalTrafficPolicy: "Cluster" })
    return setAt(filled, ["spec"], each(objectAt(filled, "spec"), "ports", portDefaults))
  },
  "/secrets": (object) => fill(encodeStringData(object), { type: "Opaque" }),
  "/namespaces": (object) => {
    const name = stringAt(object, "metadata", "name")
    return name === undefined ? object : setAt(object, ["metadata", "labels", "kubernetes.io/metadata.name"], name)
  },
  "apps/deployments": (object) => {
    const filled = spec(object, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 })
    const typed =
      (stringAt(object, "spec", "strategy", "type") ?? "RollingUpdate") === "RollingUpdate"
        ? setAt(filled, ["spec", "strategy"], fill(objectAt(filled, "spec", "strategy") ?? {}, rolling))
        : filled
    return template(typed, ["spec", "template"])
  },
  "apps/statefulsets": (object) =>
    template(
      spec(object, {
        replicas: 1,
        revisionHistoryLimit: 10,
        podManagementPolicy: "OrderedReady",
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } }
      }),
      ["spec", "template"]
    ),
  "apps/daemonsets": (object) =>
    template(
      spec(object, {
        revisionHistoryLimit: 10,
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }
      }),
      ["spec", "template"]
    ),
  "apps/replicasets": (object) => template(spec(object, { replicas: 1 }), ["spec", "template"]),
  "batch/jobs": (object) =>
    template(
      spec(object, {
        backoffLimit: 6,
        completions: 1,
        parallelism: 1,
        completionMode: "NonIndexed",
        suspend: false,
        manualSelector: false,
        podReplacementPolicy: "TerminatingOrFailed"
      }),
      ["spec", "template"]
    ),
  "batch/cronjobs": (object) =>
    template(
      spec(object, {
        concurrencyPolicy: "Allow",
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1
      }),
      ["spec", "jobTemplate", "spec", "template"]
    ),
  "admissionregistration.k8s.io/validatingwebhookconfigurations": (object) => webhooks(object, false),
  "admissionregistration.k8s.io/mutatingwebhookconfigurations": (object) => webhooks(object, true),
  "rbac.authorization.k8s.io/clusterrolebindings": (object) => binding(object),
  "rbac.authorization.k8s.io/rolebindings": (object) => binding(object),
  "networking.k8s.io/networkpolicies": (object) => {
    const egress = objectAt(object, "spec")["egress"] !== undefined
    return spec(object, { policyTypes: egress ? ["Ingress", "Egress"] : ["Ingress"] })
  },
  "apiregistration.k8s.io/apiservices": (object) =>
    isObject(objectAt(object, "spec")["service"])
      ? setAt(object, ["spec", "service"], fill(objectAt(object, "spec", "service"), { port: 443 }))
      : object,
  [CustomResources.storage]: CustomResources.defaults
}

const binding = (object: JsonObject): JsonObject => {
  const group = "rbac.authorization.k8s.io"
  const subjects = each(object, "subjects", (subject) =>
    stringAt(subject, "kind") === "ServiceAccount" ? subject : fill(subject, { apiGroup: group })
  )
  return setAt(subjects, ["roleRef"], fill(objectAt(object, "roleRef"), { apiGroup: group }))
}

export const defaults = (object: JsonObject, storage: string): JsonObject => rules[storage]?.(object) ?? object

/** An update of a Service that does not speak of its addresses keeps them. */
export const carried = (before: JsonObject, after: JsonObject, storage: string): JsonObject => {
  if (storage !== "/services" || stringAt(after, "spec", "type") === "ExternalName") return after
  const { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy } = objectAt(before, "spec")
  const own = objectAt(after, "spec")
  const addresses =
    stringAt(own, "clusterIP") === undefined && own["clusterIPs"] === undefined ? { clusterIP, clusterIPs } : {}
  const kept = Object.entries({ ...addresses, ipFamilies, ipFamilyPolicy }).filter(([, value]) => value !== undefined)
  return setAt(after, ["spec"], fill(own, Object.fromEntries(kept)))
}

/** Values that only a new object gets. */
export const created = (object: JsonObject, storage: string, address: () => string): JsonObject => {
  if (storage === "/namespaces") {
    return { ...setAt(object, ["spec", "finalizers"], ["kubernetes"]), status: { phase: "Active" } }
  }
  if (storage === "/pods") return { ...object, status: { phase: "Pending", qosClass: "BestEffort" } }
  if (storage === "/services") {
    const type = stringAt(object, "spec", "type")
    if (type === "ExternalName") return { ...object, status: { loadBalancer: {} } }
    const ip = stringAt(object, "spec", "clusterIP") || address()
    return {
      ...setAt(
        object,
        ["spec"],
        fill(
          { ...objectAt(object, "spec"), clusterIP: ip, clusterIPs: [ip] },
          { ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack" }
        )
      ),
      status: { loadBalancer: {} }
    }
  }
  if (storage === "batch/jobs" && objectAt(object, "spec")["selector"] === undefined) {
    const uid = stringAt(object, "metadata", "uid") ?? ""
    const name = stringAt(object, "metadata", "name") ?? ""
    const labels = {
      "batch.kubernetes.io/controller-uid": uid,
      "batch.kubernetes.io/job-name": name,
      "controller-uid": uid,
      "job-name": name
    }
    const given = objectAt(object, "spec", "template", "metadata", "labels")
    return setAt(
      setAt({ ...object, status: {} }, ["spec", "selector"], {
        matchLabels: { "batch.kubernetes.io/controller-uid": uid }
      }),
      ["spec", "template", "metadata", "labels"],
      { ...given, ...labels }
    )
  }
  if (storage === CustomResources.storage) {
    return {
      ...object,
      status: { conditions: null, acceptedNames: { plural: "", kind: "" }, storedVersions: storedVersions(object) }
    }
  }
  return ["apps/deployments", "apps/statefulsets", "apps/replicasets", "apps/daemonsets", "batch/cronjobs"].includes(
    storage
  )
    ? { ...object, status: {} }
    : object
}

const storedVersions = (object: JsonObject): ReadonlyArray<string> =>
  arrayAt(object, "spec", "versions").flatMap((version) =>
    isObject(version) && version["storage"] === true ? [stringAt(version, "name") ?? ""] : []
  )
