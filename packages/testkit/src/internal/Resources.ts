/** The resources that this server knows from the start, and those that definitions add while it runs. */
import type { Json } from "./Json.ts"
import { builtin, type Shape } from "./schema/Shape.ts"

const table = `
v1 Binding bindings namespaced - - - create
v1 ConfigMap configmaps namespaced cm - - *
v1 Endpoints endpoints namespaced ep - - *
v1 Event events namespaced ev - - *
v1 LimitRange limitranges namespaced limits - - *
v1 Namespace namespaces cluster ns - finalize,status single
v1 Node nodes cluster no - status *
v1 PersistentVolumeClaim persistentvolumeclaims namespaced pvc - status *
v1 PersistentVolume persistentvolumes cluster pv - status *
v1 Pod pods namespaced po all ephemeralcontainers,eviction,status *
v1 PodTemplate podtemplates namespaced - - - *
v1 ReplicationController replicationcontrollers namespaced rc all scale,status *
v1 ResourceQuota resourcequotas namespaced quota - status *
v1 Secret secrets namespaced - - - *
v1 ServiceAccount serviceaccounts namespaced sa - token *
v1 Service services namespaced svc all status *
apps/v1 ControllerRevision controllerrevisions namespaced - - - *
apps/v1 DaemonSet daemonsets namespaced ds all status *
apps/v1 Deployment deployments namespaced deploy all scale,status *
apps/v1 ReplicaSet replicasets namespaced rs all scale,status *
apps/v1 StatefulSet statefulsets namespaced sts all scale,status *
events.k8s.io/v1 Event events namespaced ev - - *
authentication.k8s.io/v1 SelfSubjectReview selfsubjectreviews cluster - - - create
authentication.k8s.io/v1 TokenReview tokenreviews cluster - - - create
authorization.k8s.io/v1 LocalSubjectAccessReview localsubjectaccessreviews namespaced - - - create
authorization.k8s.io/v1 SelfSubjectAccessReview selfsubjectaccessreviews cluster - - - create
authorization.k8s.io/v1 SelfSubjectRulesReview selfsubjectrulesreviews cluster - - - create
authorization.k8s.io/v1 SubjectAccessReview subjectaccessreviews cluster - - - create
autoscaling/v2 HorizontalPodAutoscaler horizontalpodautoscalers namespaced hpa all status *
batch/v1 CronJob cronjobs namespaced cj all status *
batch/v1 Job jobs namespaced - all status *
certificates.k8s.io/v1 CertificateSigningRequest certificatesigningrequests cluster csr - approval,status *
certificates.k8s.io/v1 ClusterTrustBundle clustertrustbundles cluster - - - *
certificates.k8s.io/v1 PodCertificateRequest podcertificaterequests namespaced - - status *
networking.k8s.io/v1 IngressClass ingressclasses cluster - - - *
networking.k8s.io/v1 Ingress ingresses namespaced ing - status *
networking.k8s.io/v1 IPAddress ipaddresses cluster ip - - *
networking.k8s.io/v1 NetworkPolicy networkpolicies namespaced netpol - - *
networking.k8s.io/v1 ServiceCIDR servicecidrs cluster - - status *
policy/v1 PodDisruptionBudget poddisruptionbudgets namespaced pdb - status *
rbac.authorization.k8s.io/v1 ClusterRoleBinding clusterrolebindings cluster - - - *
rbac.authorization.k8s.io/v1 ClusterRole clusterroles cluster - - - *
rbac.authorization.k8s.io/v1 RoleBinding rolebindings namespaced - - - *
rbac.authorization.k8s.io/v1 Role roles namespaced - - - *
storage.k8s.io/v1 CSIDriver csidrivers cluster - - - *
storage.k8s.io/v1 CSINode csinodes cluster - - status *
storage.k8s.io/v1 CSIStorageCapacity csistoragecapacities namespaced - - - *
storage.k8s.io/v1 StorageClass storageclasses cluster sc - - *
storage.k8s.io/v1 VolumeAttachment volumeattachments cluster - - status *
storage.k8s.io/v1 VolumeAttributesClass volumeattributesclasses cluster vac - - *
admissionregistration.k8s.io/v1 MutatingAdmissionPolicy mutatingadmissionpolicies cluster - api-extensions - *
admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding mutatingadmissionpolicybindings cluster - api-extensions - *
admissionregistration.k8s.io/v1 MutatingWebhookConfiguration mutatingwebhookconfigurations cluster - api-extensions - *
admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy validatingadmissionpolicies cluster - api-extensions status *
admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings cluster - api-extensions - *
admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration validatingwebhookconfigurations cluster - api-extensions - *
apiextensions.k8s.io/v1 CustomResourceDefinition customresourcedefinitions cluster crd,crds api-extensions status *
scheduling.k8s.io/v1 PriorityClass priorityclasses cluster pc - - *
coordination.k8s.io/v1 Lease leases namespaced - - - *
node.k8s.io/v1 RuntimeClass runtimeclasses cluster - - - *
discovery.k8s.io/v1 EndpointSlice endpointslices namespaced - - - *
apiregistration.k8s.io/v1 APIService apiservices cluster - api-extensions status *
`

/** One version of a kind, as a path names it. */
export interface ResourceType {
  readonly group: string
  readonly version: string
  readonly apiVersion: string
  readonly kind: string
  readonly listKind: string
  readonly plural: string
  readonly singular: string
  readonly namespaced: boolean
  readonly shortNames: ReadonlyArray<string>
  readonly categories: ReadonlyArray<string>
  readonly subresources: ReadonlyArray<string>
  readonly verbs: ReadonlyArray<string>
  readonly shape: Shape
  /** Where objects of all versions of the kind are stored: `group/plural`. */
  readonly storage: string
  /** The version in which they are stored. */
  readonly storageApiVersion: string
  /** What a CustomResourceDefinition says, for custom resources. */
  readonly custom?: CustomResource
}

export interface CustomResource {
  /** The name of the definition. */
  readonly definition: string
  /** The structural schema of this version, as written in the definition. */
  readonly schema: Json | undefined
  readonly preserveUnknownFields: boolean
  readonly scale?: { readonly spec: string; readonly status: string; readonly selector?: string }
  readonly columns: ReadonlyArray<PrinterColumn>
  readonly selectableFields: ReadonlyArray<string>
  readonly deprecated: string | undefined
}

export interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly jsonPath: string
  readonly description?: string
  readonly format?: string
  readonly priority?: number
}

/** Kinds that a PUT makes where there is none. */
export const createdByUpdate: ReadonlySet<string> = new Set([
  "coordination.k8s.io/leases",
  "/endpoints",
  "/events",
  "/limitranges",
  "/services",
  "node.k8s.io/runtimeclasses",
  ...["clusterroles", "clusterrolebindings", "roles", "rolebindings"].map((each) => `rbac.authorization.k8s.io/${each}`)
])

const allVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
const commas = (text: string) => (text === "-" ? [] : text.split(","))

const builtins: ReadonlyArray<ResourceType> = table
  .trim()
  .split("\n")
  .map((line) => {
    const [apiVersion = "", kind = "", plural = "", scope, short = "-", categories = "-", sub = "-", verbs] =
      line.split(" ")
    const slash = apiVersion.indexOf("/")
    const group = slash < 0 ? "" : apiVersion.slice(0, slash)
    const version = apiVersion.slice(slash + 1)
    return {
      group,
      version,
      apiVersion,
      kind,
      listKind: `${kind}List`,
      plural,
      singular: kind.toLowerCase(),
      namespaced: scope === "namespaced",
      shortNames: commas(short),
      categories: commas(categories),
      subresources: commas(sub),
      verbs:
        verbs === "create"
          ? ["create"]
          : verbs === "single"
            ? allVerbs.filter((each) => each !== "deletecollection")
            : allVerbs,
      shape: builtin(group, version, kind),
      ...(apiVersion === "events.k8s.io/v1"
        ? { storage: "/events", storageApiVersion: "v1" }
        : { storage: `${group}/${plural}`, storageApiVersion: apiVersion })
    }
  })

/** All kinds being served. Looked up by path, or by kind. */
export class Resources {
  private readonly byPath = new Map<string, ResourceType>()
  private readonly byKind = new Map<string, ResourceType>()
  /** Groups in the order in which discovery lists them. */
  private order: Array<string> = []
  /** Changes whenever a kind comes or goes. */
  revision = 0

  constructor() {
    for (const each of builtins) this.add(each)
  }

  add(resource: ResourceType): void {
    this.byPath.set(`${resource.apiVersion}/${resource.plural}`, resource)
    this.byKind.set(`${resource.apiVersion}/${resource.kind}`, resource)
    if (!this.order.includes(resource.group)) this.order.push(resource.group)
    this.revision++
  }

  removeWhere(predicate: (resource: ResourceType) => boolean): void {
    for (const [key, each] of this.byPath) if (predicate(each)) this.byPath.delete(key)
    for (const [key, each] of this.byKind) if (predicate(each)) this.byKind.delete(key)
    this.order = this.order.filter((group) => this.all().some((each) => each.group === group))
    this.revision++
  }

  at(apiVersion: string, plural: string): ResourceType | undefined {
    return this.byPath.get(`${apiVersion}/${plural}`)
  }

  ofKind(apiVersion: string, kind: string): ResourceType | undefined {
    return this.byKind.get(`${apiVersion}/${kind}`)
  }

  all(): ReadonlyArray<ResourceType> {
    return [...this.byPath.values()]
  }

  groups(): ReadonlyArray<string> {
    return this.order
  }

  /** One type for each kind that is stored, in the version in which it is stored. */
  stored(): ReadonlyArray<ResourceType> {
    const seen = new Map<string, ResourceType>()
    for (const each of this.byPath.values()) {
      if (!each.verbs.includes("list")) continue
      if (each.storageApiVersion === each.apiVersion) seen.set(each.storage, each)
    }
    return [...seen.values()]
  }
}
