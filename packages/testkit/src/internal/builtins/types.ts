/**
 * Field names, types and merge keys of the built-in kinds: made by `scripts/builtin-types.mjs`, not by hand.
 *
 * One line a type: `field[!]:type[=default]`, `!` for required. Types: `s`tring, `i`nteger, `n`umber, `b`oolean,
 * `t` int-or-string, `q`uantity, `T`ime, `B`ytes, `o` anything, `@Name`, `{values}`, `[merge|strategic]items` where
 * `merge` is empty (atomic), `=` (set) or the keys of an associative list, `strategic` the same for strategic merge
 * patches; `~` marks what server-side apply takes as a whole.
 */
export const kinds = `
admissionregistration.k8s.io/v1/MutatingAdmissionPolicy admissionregistration.v1.MutatingAdmissionPolicy
admissionregistration.k8s.io/v1/MutatingAdmissionPolicyBinding admissionregistration.v1.MutatingAdmissionPolicyBinding
admissionregistration.k8s.io/v1/MutatingWebhookConfiguration admissionregistration.v1.MutatingWebhookConfiguration
admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy admissionregistration.v1.ValidatingAdmissionPolicy
admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding admissionregistration.v1.ValidatingAdmissionPolicyBinding
admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration admissionregistration.v1.ValidatingWebhookConfiguration
apps/v1/ControllerRevision apps.v1.ControllerRevision
apps/v1/DaemonSet apps.v1.DaemonSet
apps/v1/Deployment apps.v1.Deployment
apps/v1/ReplicaSet apps.v1.ReplicaSet
apps/v1/StatefulSet apps.v1.StatefulSet
authentication.k8s.io/v1/SelfSubjectReview authentication.v1.SelfSubjectReview
authentication.k8s.io/v1/TokenRequest authentication.v1.TokenRequest
authentication.k8s.io/v1/TokenReview authentication.v1.TokenReview
authorization.k8s.io/v1/LocalSubjectAccessReview authorization.v1.LocalSubjectAccessReview
authorization.k8s.io/v1/SelfSubjectAccessReview authorization.v1.SelfSubjectAccessReview
authorization.k8s.io/v1/SelfSubjectRulesReview authorization.v1.SelfSubjectRulesReview
authorization.k8s.io/v1/SubjectAccessReview authorization.v1.SubjectAccessReview
autoscaling/v1/HorizontalPodAutoscaler autoscaling.v1.HorizontalPodAutoscaler
autoscaling/v1/Scale autoscaling.v1.Scale
autoscaling/v2/HorizontalPodAutoscaler autoscaling.v2.HorizontalPodAutoscaler
batch/v1/CronJob batch.v1.CronJob
batch/v1/Job batch.v1.Job
certificates.k8s.io/v1/CertificateSigningRequest certificates.v1.CertificateSigningRequest
certificates.k8s.io/v1/ClusterTrustBundle certificates.v1.ClusterTrustBundle
certificates.k8s.io/v1/PodCertificateRequest certificates.v1.PodCertificateRequest
coordination.k8s.io/v1/Lease coordination.v1.Lease
/v1/Binding Binding
/v1/ComponentStatus ComponentStatus
/v1/ConfigMap ConfigMap
/v1/Endpoints Endpoints
/v1/Event Event
/v1/LimitRange LimitRange
/v1/Namespace Namespace
/v1/Node Node
/v1/PersistentVolume PersistentVolume
/v1/PersistentVolumeClaim PersistentVolumeClaim
/v1/Pod Pod
/v1/PodTemplate PodTemplate
/v1/ReplicationController ReplicationController
/v1/ResourceQuota ResourceQuota
/v1/Secret Secret
/v1/Service Service
/v1/ServiceAccount ServiceAccount
discovery.k8s.io/v1/EndpointSlice discovery.v1.EndpointSlice
events.k8s.io/v1/Event events.v1.Event
networking.k8s.io/v1/IPAddress networking.v1.IPAddress
networking.k8s.io/v1/Ingress networking.v1.Ingress
networking.k8s.io/v1/IngressClass networking.v1.IngressClass
networking.k8s.io/v1/NetworkPolicy networking.v1.NetworkPolicy
networking.k8s.io/v1/ServiceCIDR networking.v1.ServiceCIDR
node.k8s.io/v1/RuntimeClass node.v1.RuntimeClass
policy/v1/Eviction policy.v1.Eviction
policy/v1/PodDisruptionBudget policy.v1.PodDisruptionBudget
rbac.authorization.k8s.io/v1/ClusterRole rbac.v1.ClusterRole
rbac.authorization.k8s.io/v1/ClusterRoleBinding rbac.v1.ClusterRoleBinding
rbac.authorization.k8s.io/v1/Role rbac.v1.Role
rbac.authorization.k8s.io/v1/RoleBinding rbac.v1.RoleBinding
scheduling.k8s.io/v1/PriorityClass scheduling.v1.PriorityClass
storage.k8s.io/v1/CSIDriver storage.v1.CSIDriver
storage.k8s.io/v1/CSINode storage.v1.CSINode
storage.k8s.io/v1/CSIStorageCapacity storage.v1.CSIStorageCapacity
storage.k8s.io/v1/StorageClass storage.v1.StorageClass
storage.k8s.io/v1/VolumeAttachment storage.v1.VolumeAttachment
storage.k8s.io/v1/VolumeAttributesClass storage.v1.VolumeAttributesClass
apiextensions.k8s.io/v1/CustomResourceDefinition apiextensions.v1.CustomResourceDefinition
/v1/APIGroup APIGroup
/v1/APIVersions APIVersions
apiregistration.k8s.io/v1/APIService apiregistration.v1.APIService
`

export const types = `
admissionregistration.v1.MutatingAdmissionPolicy apiVersion:s kind:s metadata:@ObjectMeta spec:@admissionregistration.v1.MutatingAdmissionPolicySpec
ObjectMeta annotations:{s} creationTimestamp:T deletionGracePeriodSeconds:i deletionTimestamp:T finalizers:[=|=]s generateName:s generation:i labels:{s} managedFields:[]@ManagedFieldsEntry name:s namespace:s ownerReferences:[uid|uid]~@OwnerReference resourceVersion:s selfLink:s uid:s
ManagedFieldsEntry apiVersion:s fieldsType:s fieldsV1:o manager:s operation:s subresource:s time:T
OwnerReference apiVersion!:s blockOwnerDeletion:b controller:b kind!:s name!:s uid!:s
admissionregistration.v1.MutatingAdmissionPolicySpec failurePolicy:s matchConditions:[name|name]@admissionregistration.v1.MatchCondition matchConstraints:~@admissionregistration.v1.MatchResources mutations:[]@admissionregistration.v1.Mutation paramKind:~@admissionregistration.v1.ParamKind reinvocationPolicy:s variables:[]~@admissionregistration.v1.Variable
admissionregistration.v1.MatchCondition expression!:s name!:s
admissionregistration.v1.MatchResources excludeResourceRules:[]~@admissionregistration.v1.NamedRuleWithOperations matchPolicy:s namespaceSelector:~@LabelSelector objectSelector:~@LabelSelector resourceRules:[]~@admissionregistration.v1.NamedRuleWithOperations
admissionregistration.v1.NamedRuleWithOperations apiGroups:[]s apiVersions:[]s operations:[]s resourceNames:[]s resources:[]s scope:s
LabelSelector matchExpressions:[]@LabelSelectorRequirement matchLabels:{s}
LabelSelectorRequirement key!:s operator!:s values:[]s
admissionregistration.v1.Mutation applyConfiguration:@admissionregistration.v1.ApplyConfiguration jsonPatch:@admissionregistration.v1.JSONPatch patchType!:s
admissionregistration.v1.ApplyConfiguration expression:s
admissionregistration.v1.JSONPatch expression:s
admissionregistration.v1.ParamKind apiVersion:s kind:s
admissionregistration.v1.Variable expression!:s name!:s
admissionregistration.v1.MutatingAdmissionPolicyBinding apiVersion:s kind:s metadata:@ObjectMeta spec:@admissionregistration.v1.MutatingAdmissionPolicyBindingSpec
admissionregistration.v1.MutatingAdmissionPolicyBindingSpec matchResources:~@admissionregistration.v1.MatchResources paramRef:~@admissionregistration.v1.ParamRef policyName:s
admissionregistration.v1.ParamRef name:s namespace:s parameterNotFoundAction:s selector:~@LabelSelector
admissionregistration.v1.MutatingWebhookConfiguration apiVersion:s kind:s metadata:@ObjectMeta webhooks:[name|name]@admissionregistration.v1.MutatingWebhook
admissionregistration.v1.MutatingWebhook admissionReviewVersions!:[]s clientConfig!:@admissionregistration.v1.WebhookClientConfig failurePolicy:s matchConditions:[name|name]@admissionregistration.v1.MatchCondition matchPolicy:s name!:s namespaceSelector:~@LabelSelector objectSelector:~@LabelSelector reinvocationPolicy:s rules:[]@admissionregistration.v1.RuleWithOperations sideEffects!:s timeoutSeconds:i
admissionregistration.v1.WebhookClientConfig caBundle:B service:@admissionregistration.v1.ServiceReference url:s
admissionregistration.v1.ServiceReference name!:s namespace!:s path:s port:i
admissionregistration.v1.RuleWithOperations apiGroups:[]s apiVersions:[]s operations:[]s resources:[]s scope:s
admissionregistration.v1.ValidatingAdmissionPolicy apiVersion:s kind:s metadata:@ObjectMeta spec:@admissionregistration.v1.ValidatingAdmissionPolicySpec status:@admissionregistration.v1.ValidatingAdmissionPolicyStatus
admissionregistration.v1.ValidatingAdmissionPolicySpec auditAnnotations:[]@admissionregistration.v1.AuditAnnotation failurePolicy:s matchConditions:[name|name]@admissionregistration.v1.MatchCondition matchConstraints:~@admissionregistration.v1.MatchResources paramKind:~@admissionregistration.v1.ParamKind validations:[]@admissionregistration.v1.Validation variables:[name|name]~@admissionregistration.v1.Variable
admissionregistration.v1.AuditAnnotation key!:s valueExpression!:s
admissionregistration.v1.Validation expression!:s message:s messageExpression:s reason:s
admissionregistration.v1.ValidatingAdmissionPolicyStatus conditions:[type]@Condition observedGeneration:i typeChecking:@admissionregistration.v1.TypeChecking
Condition lastTransitionTime!:T message!:s observedGeneration:i reason!:s status!:s type!:s
admissionregistration.v1.TypeChecking expressionWarnings:[]@admissionregistration.v1.ExpressionWarning
admissionregistration.v1.ExpressionWarning fieldRef!:s warning!:s
admissionregistration.v1.ValidatingAdmissionPolicyBinding apiVersion:s kind:s metadata:@ObjectMeta spec!:@admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec
admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec matchResources:~@admissionregistration.v1.MatchResources paramRef:~@admissionregistration.v1.ParamRef policyName!:s validationActions!:[=]s
admissionregistration.v1.ValidatingWebhookConfiguration apiVersion:s kind:s metadata:@ObjectMeta webhooks:[name|name]@admissionregistration.v1.ValidatingWebhook
admissionregistration.v1.ValidatingWebhook admissionReviewVersions!:[]s clientConfig!:@admissionregistration.v1.WebhookClientConfig failurePolicy:s matchConditions:[name|name]@admissionregistration.v1.MatchCondition matchPolicy:s name!:s namespaceSelector:~@LabelSelector objectSelector:~@LabelSelector rules:[]@admissionregistration.v1.RuleWithOperations sideEffects!:s timeoutSeconds:i
apps.v1.ControllerRevision apiVersion:s data!:o kind:s metadata:@ObjectMeta revision:i
apps.v1.DaemonSet apiVersion:s kind:s metadata:@ObjectMeta spec!:@apps.v1.DaemonSetSpec status:@apps.v1.DaemonSetStatus
apps.v1.DaemonSetSpec minReadySeconds:i revisionHistoryLimit:i selector!:~@LabelSelector template!:@PodTemplateSpec updateStrategy:@apps.v1.DaemonSetUpdateStrategy
PodTemplateSpec metadata:@ObjectMeta spec:@PodSpec
PodSpec activeDeadlineSeconds:i affinity:@Affinity automountServiceAccountToken:b containers!:[name|name]@Container dnsConfig:@PodDNSConfig dnsPolicy:s enableServiceLinks:b ephemeralContainers:[name|name]@EphemeralContainer evictionResponders:[name|name]~@EvictionResponder hostAliases:[ip|ip]@HostAlias hostIPC:b hostNetwork:b hostPID:b hostUsers:b hostname:s hostnameOverride:s imagePullSecrets:[name|name]~@LocalObjectReference initContainers:[name|name]@Container nodeName:s nodeSelector:~{s} os:@PodOS overhead:{q} preemptionPolicy:s priority:i priorityClassName:s readinessGates:[]@PodReadinessGate resourceClaims:[name|name]@PodResourceClaim resources:@ResourceRequirements restartPolicy:s runtimeClassName:s schedulerName:s schedulingGates:[name|name]@PodSchedulingGate schedulingGroup:@PodSchedulingGroup securityContext:@PodSecurityContext serviceAccount:s serviceAccountName:s setHostnameAsFQDN:b shareProcessNamespace:b subdomain:s terminationGracePeriodSeconds:i tolerations:[]@Toleration topologySpreadConstraints:[topologyKey,whenUnsatisfiable|topologyKey]@TopologySpreadConstraint volumes:[name|name]@Volume
Affinity nodeAffinity:@NodeAffinity podAffinity:@PodAffinity podAntiAffinity:@PodAntiAffinity
NodeAffinity preferredDuringSchedulingIgnoredDuringExecution:[]@PreferredSchedulingTerm requiredDuringSchedulingIgnoredDuringExecution:~@NodeSelector
PreferredSchedulingTerm preference!:~@NodeSelectorTerm weight!:i
NodeSelectorTerm matchExpressions:[]@NodeSelectorRequirement matchFields:[]@NodeSelectorRequirement
NodeSelectorRequirement key!:s operator!:s values:[]s
NodeSelector nodeSelectorTerms!:[]~@NodeSelectorTerm
PodAffinity preferredDuringSchedulingIgnoredDuringExecution:[]@WeightedPodAffinityTerm requiredDuringSchedulingIgnoredDuringExecution:[]@PodAffinityTerm
WeightedPodAffinityTerm podAffinityTerm!:@PodAffinityTerm weight!:i
PodAffinityTerm labelSelector:~@LabelSelector matchLabelKeys:[]s mismatchLabelKeys:[]s namespaceSelector:~@LabelSelector namespaces:[]s topologyKey!:s
PodAntiAffinity preferredDuringSchedulingIgnoredDuringExecution:[]@WeightedPodAffinityTerm requiredDuringSchedulingIgnoredDuringExecution:[]@PodAffinityTerm
Container args:[]s command:[]s env:[name|name]@EnvVar envFrom:[]@EnvFromSource image:s imagePullPolicy:s lifecycle:@Lifecycle livenessProbe:@Probe name!:s ports:[containerPort,protocol|containerPort]@ContainerPort readinessProbe:@Probe resizePolicy:[]@ContainerResizePolicy resources:@ResourceRequirements restartPolicy:s restartPolicyRules:[]@ContainerRestartRule securityContext:@SecurityContext startupProbe:@Probe stdin:b stdinOnce:b terminationMessagePath:s terminationMessagePolicy:s tty:b volumeDevices:[devicePath|devicePath]@VolumeDevice volumeMounts:[mountPath|mountPath]@VolumeMount workingDir:s
EnvVar name!:s value:s valueFrom:@EnvVarSource
EnvVarSource configMapKeyRef:~@ConfigMapKeySelector fieldRef:~@ObjectFieldSelector fileKeyRef:~@FileKeySelector resourceFieldRef:~@ResourceFieldSelector secretKeyRef:~@SecretKeySelector
ConfigMapKeySelector key!:s name:s optional:b
ObjectFieldSelector apiVersion:s fieldPath!:s
FileKeySelector key!:s optional:b path!:s volumeName!:s
ResourceFieldSelector containerName:s divisor:q resource!:s
SecretKeySelector key!:s name:s optional:b
EnvFromSource configMapRef:@ConfigMapEnvSource prefix:s secretRef:@SecretEnvSource
ConfigMapEnvSource name:s optional:b
SecretEnvSource name:s optional:b
Lifecycle postStart:@LifecycleHandler preStop:@LifecycleHandler stopSignal:s
LifecycleHandler exec:@ExecAction httpGet:@HTTPGetAction sleep:@SleepAction tcpSocket:@TCPSocketAction
ExecAction command:[]s
HTTPGetAction host:s httpHeaders:[]@HTTPHeader path:s port!:t protocol:s scheme:s
HTTPHeader name!:s value!:s
SleepAction seconds!:i
TCPSocketAction host:s port!:t
Probe exec:@ExecAction failureThreshold:i grpc:@GRPCAction httpGet:@HTTPGetAction initialDelaySeconds:i periodSeconds:i successThreshold:i tcpSocket:@TCPSocketAction terminationGracePeriodSeconds:i timeoutSeconds:i
GRPCAction mode:s port!:i service:s
ContainerPort containerPort!:i hostIP:s hostPort:i name:s protocol:s
ContainerResizePolicy resourceName!:s restartPolicy!:s
ResourceRequirements claims:[name]@ResourceClaim limits:{q} requests:{q}
ResourceClaim name!:s request:s
ContainerRestartRule action!:s exitCodes:@ContainerRestartRuleOnExitCodes
ContainerRestartRuleOnExitCodes operator!:s values:[=]i
SecurityContext allowPrivilegeEscalation:b appArmorProfile:@AppArmorProfile capabilities:@Capabilities privileged:b procMount:s readOnlyRootFilesystem:b runAsGroup:i runAsNonRoot:b runAsUser:i seLinuxOptions:@SELinuxOptions seccompProfile:@SeccompProfile windowsOptions:@WindowsSecurityContextOptions
AppArmorProfile localhostProfile:s type!:s
Capabilities add:[]s drop:[]s
SELinuxOptions level:s role:s type:s user:s
SeccompProfile localhostProfile:s type!:s
WindowsSecurityContextOptions gmsaCredentialSpec:s gmsaCredentialSpecName:s hostProcess:b runAsUserName:s
VolumeDevice devicePath!:s name!:s
VolumeMount bindMountOptions:[=]s mountPath!:s mountPropagation:s name!:s readOnly:b recursiveReadOnly:s subPath:s subPathExpr:s
PodDNSConfig nameservers:[]s options:[]@PodDNSConfigOption searches:[]s
PodDNSConfigOption name:s value:s
EphemeralContainer args:[]s command:[]s env:[name|name]@EnvVar envFrom:[]@EnvFromSource image:s imagePullPolicy:s lifecycle:@Lifecycle livenessProbe:@Probe name!:s ports:[containerPort,protocol|containerPort]@ContainerPort readinessProbe:@Probe resizePolicy:[]@ContainerResizePolicy resources:@ResourceRequirements restartPolicy:s restartPolicyRules:[]@ContainerRestartRule securityContext:@SecurityContext startupProbe:@Probe stdin:b stdinOnce:b targetContainerName:s terminationMessagePath:s terminationMessagePolicy:s tty:b volumeDevices:[devicePath|devicePath]@VolumeDevice volumeMounts:[mountPath|mountPath]@VolumeMount workingDir:s
EvictionResponder name!:s priority!:i
HostAlias hostnames:[]s ip!:s
LocalObjectReference name:s
PodOS name!:s
PodReadinessGate conditionType!:s
PodResourceClaim name!:s resourceClaimName:s resourceClaimTemplateName:s
PodSchedulingGate name!:s
PodSchedulingGroup podGroupName:s
PodSecurityContext appArmorProfile:@AppArmorProfile fsGroup:i fsGroupChangePolicy:s runAsGroup:i runAsNonRoot:b runAsUser:i seLinuxChangePolicy:s seLinuxOptions:@SELinuxOptions seccompProfile:@SeccompProfile supplementalGroups:[]i supplementalGroupsPolicy:s sysctls:[]@Sysctl windowsOptions:@WindowsSecurityContextOptions
Sysctl name!:s value!:s
Toleration effect:s key:s operator:s tolerationSeconds:i value:s
TopologySpreadConstraint labelSelector:~@LabelSelector matchLabelKeys:[]s maxSkew!:i minDomains:i nodeAffinityPolicy:s nodeTaintsPolicy:s topologyKey!:s whenUnsatisfiable!:s
Volume awsElasticBlockStore:@AWSElasticBlockStoreVolumeSource azureDisk:@AzureDiskVolumeSource azureFile:@AzureFileVolumeSource cephfs:@CephFSVolumeSource cinder:@CinderVolumeSource configMap:@ConfigMapVolumeSource csi:@CSIVolumeSource downwardAPI:@DownwardAPIVolumeSource emptyDir:@EmptyDirVolumeSource ephemeral:@EphemeralVolumeSource fc:@FCVolumeSource flexVolume:@FlexVolumeSource flocker:@FlockerVolumeSource gcePersistentDisk:@GCEPersistentDiskVolumeSource gitRepo:@GitRepoVolumeSource glusterfs:@GlusterfsVolumeSource hostPath:@HostPathVolumeSource image:@ImageVolumeSource iscsi:@ISCSIVolumeSource name!:s nfs:@NFSVolumeSource persistentVolumeClaim:@PersistentVolumeClaimVolumeSource photonPersistentDisk:@PhotonPersistentDiskVolumeSource portworxVolume:@PortworxVolumeSource projected:@ProjectedVolumeSource quobyte:@QuobyteVolumeSource rbd:@RBDVolumeSource scaleIO:@ScaleIOVolumeSource secret:@SecretVolumeSource storageos:@StorageOSVolumeSource vsphereVolume:@VsphereVirtualDiskVolumeSource
AWSElasticBlockStoreVolumeSource fsType:s partition:i readOnly:b volumeID!:s
AzureDiskVolumeSource cachingMode:s diskName!:s diskURI!:s fsType:s kind:s readOnly:b
AzureFileVolumeSource readOnly:b secretName!:s shareName!:s
CephFSVolumeSource monitors!:[]s path:s readOnly:b secretFile:s secretRef:~@LocalObjectReference user:s
CinderVolumeSource fsType:s readOnly:b secretRef:~@LocalObjectReference volumeID!:s
ConfigMapVolumeSource defaultMode:i defaultUser:i items:[]@KeyToPath name:s optional:b
KeyToPath key!:s mode:i path!:s user:i
CSIVolumeSource driver!:s fsType:s nodePublishSecretRef:~@LocalObjectReference readOnly:b volumeAttributes:{s}
DownwardAPIVolumeSource defaultMode:i defaultUser:i items:[]@DownwardAPIVolumeFile
DownwardAPIVolumeFile fieldRef:~@ObjectFieldSelector mode:i path!:s resourceFieldRef:~@ResourceFieldSelector user:i
EmptyDirVolumeSource medium:s mode:i sizeLimit:q
EphemeralVolumeSource volumeClaimTemplate:@PersistentVolumeClaimTemplate
PersistentVolumeClaimTemplate metadata:@ObjectMeta spec!:@PersistentVolumeClaimSpec
PersistentVolumeClaimSpec accessModes:[]s dataSource:~@TypedLocalObjectReference dataSourceRef:@TypedObjectReference resources:@VolumeResourceRequirements selector:~@LabelSelector storageClassName:s volumeAttributesClassName:s volumeMode:s volumeName:s
TypedLocalObjectReference apiGroup:s kind!:s name!:s
TypedObjectReference apiGroup:s kind!:s name!:s namespace:s
VolumeResourceRequirements limits:{q} requests:{q}
FCVolumeSource fsType:s lun:i readOnly:b targetWWNs:[]s wwids:[]s
FlexVolumeSource driver!:s fsType:s options:{s} readOnly:b secretRef:~@LocalObjectReference
FlockerVolumeSource datasetName:s datasetUUID:s
GCEPersistentDiskVolumeSource fsType:s partition:i pdName!:s readOnly:b
GitRepoVolumeSource directory:s repository!:s revision:s
GlusterfsVolumeSource endpoints!:s path!:s readOnly:b
HostPathVolumeSource path!:s type:s
ImageVolumeSource pullPolicy:s reference:s
ISCSIVolumeSource chapAuthDiscovery:b chapAuthSession:b fsType:s initiatorName:s iqn!:s iscsiInterface:s lun!:i portals:[]s readOnly:b secretRef:~@LocalObjectReference targetPortal!:s
NFSVolumeSource path!:s readOnly:b server!:s
PersistentVolumeClaimVolumeSource claimName!:s readOnly:b
PhotonPersistentDiskVolumeSource fsType:s pdID!:s
PortworxVolumeSource fsType:s readOnly:b volumeID!:s
ProjectedVolumeSource defaultMode:i defaultUser:i sources:[]@VolumeProjection
VolumeProjection clusterTrustBundle:@ClusterTrustBundleProjection configMap:@ConfigMapProjection downwardAPI:@DownwardAPIProjection podCertificate:@PodCertificateProjection secret:@SecretProjection serviceAccountToken:@ServiceAccountTokenProjection
ClusterTrustBundleProjection labelSelector:~@LabelSelector name:s optional:b path!:s signerName:s user:i
ConfigMapProjection items:[]@KeyToPath name:s optional:b
DownwardAPIProjection items:[]@DownwardAPIVolumeFile
PodCertificateProjection certificateChainPath:s credentialBundlePath:s keyPath:s keyType!:s maxExpirationSeconds:i signerName!:s user:i userAnnotations:{s}
SecretProjection items:[]@KeyToPath name:s optional:b
ServiceAccountTokenProjection audience:s expirationSeconds:i path!:s user:i
QuobyteVolumeSource group:s readOnly:b registry!:s tenant:s user:s volume!:s
RBDVolumeSource fsType:s image!:s keyring:s monitors!:[]s pool:s readOnly:b secretRef:~@LocalObjectReference user:s
ScaleIOVolumeSource fsType:s gateway!:s protectionDomain:s readOnly:b secretRef!:~@LocalObjectReference sslEnabled:b storageMode:s storagePool:s system!:s volumeName:s
SecretVolumeSource defaultMode:i defaultUser:i items:[]@KeyToPath optional:b secretName:s
StorageOSVolumeSource fsType:s readOnly:b secretRef:~@LocalObjectReference volumeName:s volumeNamespace:s
VsphereVirtualDiskVolumeSource fsType:s storagePolicyID:s storagePolicyName:s volumePath!:s
apps.v1.DaemonSetUpdateStrategy rollingUpdate:@apps.v1.RollingUpdateDaemonSet type:s
apps.v1.RollingUpdateDaemonSet maxSurge:t maxUnavailable:t
apps.v1.DaemonSetStatus collisionCount:i conditions:[type|type]@apps.v1.DaemonSetCondition currentNumberScheduled!:i desiredNumberScheduled!:i numberAvailable:i numberMisscheduled!:i numberReady!:i numberUnavailable:i observedGeneration:i updatedNumberScheduled:i
apps.v1.DaemonSetCondition lastTransitionTime:T message:s reason:s status:s type:s
apps.v1.Deployment apiVersion:s kind:s metadata:@ObjectMeta spec!:@apps.v1.DeploymentSpec status:@apps.v1.DeploymentStatus
apps.v1.DeploymentSpec minReadySeconds:i paused:b progressDeadlineSeconds:i replicas:i revisionHistoryLimit:i selector!:~@LabelSelector strategy:@apps.v1.DeploymentStrategy template!:@PodTemplateSpec
apps.v1.DeploymentStrategy rollingUpdate:@apps.v1.RollingUpdateDeployment type:s
apps.v1.RollingUpdateDeployment maxSurge:t maxUnavailable:t
apps.v1.DeploymentStatus availableReplicas:i collisionCount:i conditions:[type|type]@apps.v1.DeploymentCondition observedGeneration:i readyReplicas:i replicas:i terminatingReplicas:i unavailableReplicas:i updatedReplicas:i
apps.v1.DeploymentCondition lastTransitionTime:T lastUpdateTime:T message:s reason:s status:s type:s
apps.v1.ReplicaSet apiVersion:s kind:s metadata:@ObjectMeta spec!:@apps.v1.ReplicaSetSpec status:@apps.v1.ReplicaSetStatus
apps.v1.ReplicaSetSpec minReadySeconds:i replicas:i selector!:~@LabelSelector template:@PodTemplateSpec
apps.v1.ReplicaSetStatus availableReplicas:i conditions:[type|type]@apps.v1.ReplicaSetCondition fullyLabeledReplicas:i observedGeneration:i readyReplicas:i replicas!:i terminatingReplicas:i
apps.v1.ReplicaSetCondition lastTransitionTime:T message:s reason:s status:s type:s
apps.v1.StatefulSet apiVersion:s kind:s metadata:@ObjectMeta spec!:@apps.v1.StatefulSetSpec status:@apps.v1.StatefulSetStatus
apps.v1.StatefulSetSpec minReadySeconds:i ordinals:@apps.v1.StatefulSetOrdinals persistentVolumeClaimRetentionPolicy:@apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy podManagementPolicy:s replicas:i revisionHistoryLimit:i selector!:~@LabelSelector serviceName:s template!:@PodTemplateSpec updateStrategy:@apps.v1.StatefulSetUpdateStrategy volumeClaimTemplates:[]@PersistentVolumeClaim
apps.v1.StatefulSetOrdinals start:i
apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted:s whenScaled:s
apps.v1.StatefulSetUpdateStrategy rollingUpdate:@apps.v1.RollingUpdateStatefulSetStrategy type:s
apps.v1.RollingUpdateStatefulSetStrategy maxUnavailable:t partition:i
PersistentVolumeClaim apiVersion:s kind:s metadata:@ObjectMeta spec:@PersistentVolumeClaimSpec status:@PersistentVolumeClaimStatus
PersistentVolumeClaimStatus accessModes:[]s allocatedResourceStatuses:{s} allocatedResources:{q} capacity:{q} conditions:[type|type]@PersistentVolumeClaimCondition currentVolumeAttributesClassName:s healthStatus:@VolumeHealthStatus modifyVolumeStatus:@ModifyVolumeStatus phase:s
PersistentVolumeClaimCondition lastProbeTime:T lastTransitionTime:T message:s reason:s status!:s type!:s
VolumeHealthStatus healthConditions:[status,reason|status]@VolumeHealthCondition lastTransitionTime:T
VolumeHealthCondition message:s reason!:s status!:s
ModifyVolumeStatus status!:s targetVolumeAttributesClassName:s
apps.v1.StatefulSetStatus availableReplicas:i collisionCount:i conditions:[type|type]@apps.v1.StatefulSetCondition currentReplicas:i currentRevision:s observedGeneration:i readyReplicas:i replicas!:i updateRevision:s updatedReplicas:i
apps.v1.StatefulSetCondition lastTransitionTime:T message:s reason:s status:s type:s
authentication.v1.SelfSubjectReview apiVersion:s kind:s metadata:@ObjectMeta status:@authentication.v1.SelfSubjectReviewStatus
authentication.v1.SelfSubjectReviewStatus userInfo:@authentication.v1.UserInfo
authentication.v1.UserInfo extra:{[]s} groups:[]s uid:s username:s
authentication.v1.TokenRequest apiVersion:s kind:s metadata:@ObjectMeta spec:@authentication.v1.TokenRequestSpec status:@authentication.v1.TokenRequestStatus
authentication.v1.TokenRequestSpec attestations:{[]s} audiences:[]s boundObjectRef:@authentication.v1.BoundObjectReference expirationSeconds:i
authentication.v1.BoundObjectReference apiVersion:s kind:s name:s uid:s
authentication.v1.TokenRequestStatus expirationTimestamp:T token:s
authentication.v1.TokenReview apiVersion:s kind:s metadata:@ObjectMeta spec!:@authentication.v1.TokenReviewSpec status:@authentication.v1.TokenReviewStatus
authentication.v1.TokenReviewSpec audiences:[]s token!:s
authentication.v1.TokenReviewStatus audiences:[]s authenticated:b error:s user:@authentication.v1.UserInfo
authorization.v1.LocalSubjectAccessReview apiVersion:s kind:s metadata:@ObjectMeta spec!:@authorization.v1.SubjectAccessReviewSpec status:@authorization.v1.SubjectAccessReviewStatus
authorization.v1.SubjectAccessReviewSpec extra:{[]s} groups:[]s nonResourceAttributes:@authorization.v1.NonResourceAttributes resourceAttributes:@authorization.v1.ResourceAttributes uid:s user:s
authorization.v1.NonResourceAttributes path:s verb:s
authorization.v1.ResourceAttributes fieldSelector:@authorization.v1.FieldSelectorAttributes group:s labelSelector:@authorization.v1.LabelSelectorAttributes name:s namespace:s resource:s subresource:s verb:s version:s
authorization.v1.FieldSelectorAttributes rawSelector:s requirements:[]@FieldSelectorRequirement
FieldSelectorRequirement key!:s operator!:s values:[]s
authorization.v1.LabelSelectorAttributes rawSelector:s requirements:[]@LabelSelectorRequirement
authorization.v1.SubjectAccessReviewStatus allowed!:b denied:b evaluationError:s reason:s
authorization.v1.SelfSubjectAccessReview apiVersion:s kind:s metadata:@ObjectMeta spec!:@authorization.v1.SelfSubjectAccessReviewSpec status:@authorization.v1.SubjectAccessReviewStatus
authorization.v1.SelfSubjectAccessReviewSpec nonResourceAttributes:@authorization.v1.NonResourceAttributes resourceAttributes:@authorization.v1.ResourceAttributes
authorization.v1.SelfSubjectRulesReview apiVersion:s kind:s metadata:@ObjectMeta spec!:@authorization.v1.SelfSubjectRulesReviewSpec status:@authorization.v1.SubjectRulesReviewStatus
authorization.v1.SelfSubjectRulesReviewSpec namespace:s
authorization.v1.SubjectRulesReviewStatus evaluationError:s incomplete!:b nonResourceRules!:[]@authorization.v1.NonResourceRule resourceRules!:[]@authorization.v1.ResourceRule
authorization.v1.NonResourceRule nonResourceURLs:[]s verbs!:[]s
authorization.v1.ResourceRule apiGroups:[]s resourceNames:[]s resources:[]s verbs!:[]s
authorization.v1.SubjectAccessReview apiVersion:s kind:s metadata:@ObjectMeta spec!:@authorization.v1.SubjectAccessReviewSpec status:@authorization.v1.SubjectAccessReviewStatus
autoscaling.v1.HorizontalPodAutoscaler apiVersion:s kind:s metadata:@ObjectMeta spec!:@autoscaling.v1.HorizontalPodAutoscalerSpec status:@autoscaling.v1.HorizontalPodAutoscalerStatus
autoscaling.v1.HorizontalPodAutoscalerSpec maxReplicas!:i minReplicas:i scaleTargetRef!:~@autoscaling.v1.CrossVersionObjectReference targetCPUUtilizationPercentage:i
autoscaling.v1.CrossVersionObjectReference apiVersion:s kind!:s name!:s
autoscaling.v1.HorizontalPodAutoscalerStatus currentCPUUtilizationPercentage:i currentReplicas!:i desiredReplicas!:i lastScaleTime:T observedGeneration:i
autoscaling.v1.Scale apiVersion:s kind:s metadata:@ObjectMeta spec:@autoscaling.v1.ScaleSpec status:@autoscaling.v1.ScaleStatus
autoscaling.v1.ScaleSpec replicas:i
autoscaling.v1.ScaleStatus replicas!:i selector:s
autoscaling.v2.HorizontalPodAutoscaler apiVersion:s kind:s metadata:@ObjectMeta spec!:@autoscaling.v2.HorizontalPodAutoscalerSpec status:@autoscaling.v2.HorizontalPodAutoscalerStatus
autoscaling.v2.HorizontalPodAutoscalerSpec behavior:@autoscaling.v2.HorizontalPodAutoscalerBehavior maxReplicas!:i metrics:[]@autoscaling.v2.MetricSpec minReplicas:i scaleTargetRef!:@autoscaling.v2.CrossVersionObjectReference
autoscaling.v2.HorizontalPodAutoscalerBehavior scaleDown:@autoscaling.v2.HPAScalingRules scaleUp:@autoscaling.v2.HPAScalingRules
autoscaling.v2.HPAScalingRules policies:[]@autoscaling.v2.HPAScalingPolicy selectPolicy:s stabilizationWindowSeconds:i tolerance:q
autoscaling.v2.HPAScalingPolicy periodSeconds!:i type!:s value!:i
autoscaling.v2.MetricSpec containerResource:@autoscaling.v2.ContainerResourceMetricSource external:@autoscaling.v2.ExternalMetricSource object:@autoscaling.v2.ObjectMetricSource pods:@autoscaling.v2.PodsMetricSource resource:@autoscaling.v2.ResourceMetricSource type!:s
autoscaling.v2.ContainerResourceMetricSource container!:s name!:s target!:@autoscaling.v2.MetricTarget
autoscaling.v2.MetricTarget averageUtilization:i averageValue:q type!:s value:q
autoscaling.v2.ExternalMetricSource metric!:@autoscaling.v2.MetricIdentifier target!:@autoscaling.v2.MetricTarget
autoscaling.v2.MetricIdentifier name!:s selector:~@LabelSelector
autoscaling.v2.ObjectMetricSource describedObject!:@autoscaling.v2.CrossVersionObjectReference metric!:@autoscaling.v2.MetricIdentifier target!:@autoscaling.v2.MetricTarget
autoscaling.v2.CrossVersionObjectReference apiVersion:s kind!:s name!:s
autoscaling.v2.PodsMetricSource metric!:@autoscaling.v2.MetricIdentifier target!:@autoscaling.v2.MetricTarget
autoscaling.v2.ResourceMetricSource name!:s target!:@autoscaling.v2.MetricTarget
autoscaling.v2.HorizontalPodAutoscalerStatus conditions:[type|type]@autoscaling.v2.HorizontalPodAutoscalerCondition currentMetrics:[]@autoscaling.v2.MetricStatus currentReplicas:i desiredReplicas!:i lastScaleTime:T observedGeneration:i
autoscaling.v2.HorizontalPodAutoscalerCondition lastTransitionTime:T message:s observedGeneration:i reason:s status!:s type!:s
autoscaling.v2.MetricStatus containerResource:@autoscaling.v2.ContainerResourceMetricStatus external:@autoscaling.v2.ExternalMetricStatus object:@autoscaling.v2.ObjectMetricStatus pods:@autoscaling.v2.PodsMetricStatus resource:@autoscaling.v2.ResourceMetricStatus type!:s
autoscaling.v2.ContainerResourceMetricStatus container!:s current!:@autoscaling.v2.MetricValueStatus name!:s
autoscaling.v2.MetricValueStatus averageUtilization:i averageValue:q value:q
autoscaling.v2.ExternalMetricStatus current!:@autoscaling.v2.MetricValueStatus metric!:@autoscaling.v2.MetricIdentifier
autoscaling.v2.ObjectMetricStatus current!:@autoscaling.v2.MetricValueStatus describedObject!:@autoscaling.v2.CrossVersionObjectReference metric!:@autoscaling.v2.MetricIdentifier
autoscaling.v2.PodsMetricStatus current!:@autoscaling.v2.MetricValueStatus metric!:@autoscaling.v2.MetricIdentifier
autoscaling.v2.ResourceMetricStatus current!:@autoscaling.v2.MetricValueStatus name!:s
batch.v1.CronJob apiVersion:s kind:s metadata:@ObjectMeta spec!:@batch.v1.CronJobSpec status:@batch.v1.CronJobStatus
batch.v1.CronJobSpec concurrencyPolicy:s failedJobsHistoryLimit:i jobTemplate!:@batch.v1.JobTemplateSpec schedule!:s startingDeadlineSeconds:i successfulJobsHistoryLimit:i suspend:b timeZone:s
batch.v1.JobTemplateSpec metadata:@ObjectMeta spec:@batch.v1.JobSpec
batch.v1.JobSpec activeDeadlineSeconds:i backoffLimit:i backoffLimitPerIndex:i completionMode:s completions:i managedBy:s manualSelector:b maxFailedIndexes:i parallelism:i podFailurePolicy:@batch.v1.PodFailurePolicy podReplacementPolicy:s scheduling:@batch.v1.JobSchedulingConfiguration selector:~@LabelSelector successPolicy:@batch.v1.SuccessPolicy suspend:b template!:@PodTemplateSpec ttlSecondsAfterFinished:i
batch.v1.PodFailurePolicy rules!:[]@batch.v1.PodFailurePolicyRule
batch.v1.PodFailurePolicyRule action!:s onExitCodes:@batch.v1.PodFailurePolicyOnExitCodesRequirement onPodConditions:[]@batch.v1.PodFailurePolicyOnPodConditionsPattern
batch.v1.PodFailurePolicyOnExitCodesRequirement containerName:s operator!:s values!:[=]i
batch.v1.PodFailurePolicyOnPodConditionsPattern status:s type!:s
batch.v1.JobSchedulingConfiguration disruptionMode:@scheduling.v1alpha3.WorkloadPodGroupDisruptionMode resourceClaims:[name|name]@scheduling.v1alpha3.WorkloadPodGroupResourceClaim schedulingConstraints:@scheduling.v1alpha3.WorkloadPodGroupSchedulingConstraints schedulingPolicy:@scheduling.v1alpha3.WorkloadPodGroupSchedulingPolicy
scheduling.v1alpha3.WorkloadPodGroupDisruptionMode all:o single:o
scheduling.v1alpha3.WorkloadPodGroupResourceClaim name!:s resourceClaimName:s resourceClaimTemplateName:s
scheduling.v1alpha3.WorkloadPodGroupSchedulingConstraints topology:[]@scheduling.v1alpha3.TopologyConstraint
scheduling.v1alpha3.TopologyConstraint key!:s
scheduling.v1alpha3.WorkloadPodGroupSchedulingPolicy basic:o gang:@scheduling.v1alpha3.WorkloadPodGroupGangSchedulingPolicy
scheduling.v1alpha3.WorkloadPodGroupGangSchedulingPolicy minCount:i
batch.v1.SuccessPolicy rules!:[]@batch.v1.SuccessPolicyRule
batch.v1.SuccessPolicyRule succeededCount:i succeededIndexes:s
batch.v1.CronJobStatus active:[]~@ObjectReference lastScheduleTime:T lastSuccessfulTime:T
ObjectReference apiVersion:s fieldPath:s kind:s name:s namespace:s resourceVersion:s uid:s
batch.v1.Job apiVersion:s kind:s metadata:@ObjectMeta spec:@batch.v1.JobSpec status:@batch.v1.JobStatus
batch.v1.JobStatus active:i completedIndexes:s completionTime:T conditions:[|type]@batch.v1.JobCondition failed:i failedIndexes:s ready:i startTime:T succeeded:i terminating:i uncountedTerminatedPods:@batch.v1.UncountedTerminatedPods
batch.v1.JobCondition lastProbeTime:T lastTransitionTime:T message:s reason:s status!:s type!:s
batch.v1.UncountedTerminatedPods failed:[=]s succeeded:[=]s
certificates.v1.CertificateSigningRequest apiVersion:s kind:s metadata:@ObjectMeta spec!:@certificates.v1.CertificateSigningRequestSpec status:@certificates.v1.CertificateSigningRequestStatus
certificates.v1.CertificateSigningRequestSpec expirationSeconds:i extra:{[]s} groups:[]s request!:B signerName!:s uid:s usages:[]s username:s
certificates.v1.CertificateSigningRequestStatus certificate:B conditions:[type]@certificates.v1.CertificateSigningRequestCondition
certificates.v1.CertificateSigningRequestCondition lastTransitionTime:T lastUpdateTime:T message:s reason:s status!:s type!:s
certificates.v1.ClusterTrustBundle apiVersion:s kind:s metadata:@ObjectMeta spec!:@certificates.v1.ClusterTrustBundleSpec
certificates.v1.ClusterTrustBundleSpec signerName:s trustBundle!:s
certificates.v1.PodCertificateRequest apiVersion:s kind:s metadata:@ObjectMeta spec!:@certificates.v1.PodCertificateRequestSpec status:@certificates.v1.PodCertificateRequestStatus
certificates.v1.PodCertificateRequestSpec maxExpirationSeconds:i nodeName!:s nodeUID!:s podName!:s podUID!:s serviceAccountName!:s serviceAccountUID!:s signerName!:s stubPKCS10Request!:B unverifiedUserAnnotations:{s}
certificates.v1.PodCertificateRequestStatus beginRefreshAt:T certificateChain:s conditions:[type|type]@Condition notAfter:T notBefore:T
coordination.v1.Lease apiVersion:s kind:s metadata:@ObjectMeta spec:@coordination.v1.LeaseSpec
coordination.v1.LeaseSpec acquireTime:T holderIdentity:s leaseDurationSeconds:i leaseTransitions:i preferredHolder:s renewTime:T strategy:s
Binding apiVersion:s kind:s metadata:@ObjectMeta target!:~@ObjectReference
ComponentStatus apiVersion:s conditions:[type|type]@ComponentCondition kind:s metadata:@ObjectMeta
ComponentCondition error:s message:s status!:s type!:s
ConfigMap apiVersion:s binaryData:{B} data:{s} immutable:b kind:s metadata:@ObjectMeta
Endpoints apiVersion:s kind:s metadata:@ObjectMeta subsets:[]@EndpointSubset
EndpointSubset addresses:[]~@EndpointAddress notReadyAddresses:[]~@EndpointAddress ports:[]~@EndpointPort
EndpointAddress hostname:s ip!:s nodeName:s targetRef:~@ObjectReference
EndpointPort appProtocol:s name:s port!:i protocol:s
Event action:s apiVersion:s count:i eventTime:T firstTimestamp:T involvedObject!:~@ObjectReference kind:s lastTimestamp:T message:s metadata!:@ObjectMeta reason:s related:~@ObjectReference reportingComponent:s reportingInstance:s series:@EventSeries source:@EventSource type:s
EventSeries count:i lastObservedTime:T
EventSource component:s host:s
LimitRange apiVersion:s kind:s metadata:@ObjectMeta spec:@LimitRangeSpec
LimitRangeSpec limits!:[]@LimitRangeItem
LimitRangeItem default:{q} defaultRequest:{q} max:{q} maxLimitRequestRatio:{q} min:{q} type!:s
Namespace apiVersion:s kind:s metadata:@ObjectMeta spec:@NamespaceSpec status:@NamespaceStatus
NamespaceSpec finalizers:[]s
NamespaceStatus conditions:[type|type]@NamespaceCondition phase:s
NamespaceCondition lastTransitionTime:T message:s reason:s status!:s type!:s
Node apiVersion:s kind:s metadata:@ObjectMeta spec:@NodeSpec status:@NodeStatus
NodeSpec configSource:@NodeConfigSource externalID:s podCIDR:s podCIDRs:[=|=]s podPreemptionPolicy:@NodePodPreemptionPolicy providerID:s taints:[]@Taint unschedulable:b
NodeConfigSource configMap:@ConfigMapNodeConfigSource
ConfigMapNodeConfigSource kubeletConfigKey!:s name!:s namespace!:s resourceVersion:s uid:s
NodePodPreemptionPolicy disableResizePreemption:[=]s
Taint effect!:s key!:s timeAdded:T value:s
NodeStatus addresses:[type|type]@NodeAddress allocatable:{q} capacity:{q} conditions:[type|type]@NodeCondition config:@NodeConfigStatus daemonEndpoints:@NodeDaemonEndpoints declaredFeatures:[]s features:@NodeFeatures images:[]@ContainerImage nodeInfo:@NodeSystemInfo phase:s runtimeHandlers:[]@NodeRuntimeHandler volumesAttached:[]@AttachedVolume volumesInUse:[]s
NodeAddress address!:s type!:s
NodeCondition lastHeartbeatTime:T lastTransitionTime:T message:s reason:s status!:s type!:s
NodeConfigStatus active:@NodeConfigSource assigned:@NodeConfigSource error:s lastKnownGood:@NodeConfigSource
NodeDaemonEndpoints kubeletEndpoint:@DaemonEndpoint
DaemonEndpoint Port!:i
NodeFeatures supplementalGroupsPolicy:b
ContainerImage names:[]s sizeBytes:i
NodeSystemInfo architecture!:s bootID!:s containerRuntimeVersion!:s kernelVersion!:s kubeProxyVersion!:s kubeletVersion!:s machineID!:s operatingSystem!:s osImage!:s runningInUserNamespace:b swap:@NodeSwapStatus systemUUID!:s
NodeSwapStatus capacity:i
NodeRuntimeHandler features:@NodeRuntimeHandlerFeatures name:s
NodeRuntimeHandlerFeatures recursiveReadOnlyMounts:b userNamespaces:b
AttachedVolume devicePath!:s name!:s
PersistentVolume apiVersion:s kind:s metadata:@ObjectMeta spec:@PersistentVolumeSpec status:@PersistentVolumeStatus
PersistentVolumeSpec accessModes:[]s awsElasticBlockStore:@AWSElasticBlockStoreVolumeSource azureDisk:@AzureDiskVolumeSource azureFile:@AzureFilePersistentVolumeSource capacity:{q} cephfs:@CephFSPersistentVolumeSource cinder:@CinderPersistentVolumeSource claimRef:~@ObjectReference csi:@CSIPersistentVolumeSource fc:@FCVolumeSource flexVolume:@FlexPersistentVolumeSource flocker:@FlockerVolumeSource gcePersistentDisk:@GCEPersistentDiskVolumeSource glusterfs:@GlusterfsPersistentVolumeSource hostPath:@HostPathVolumeSource iscsi:@ISCSIPersistentVolumeSource local:@LocalVolumeSource mountOptions:[]s nfs:@NFSVolumeSource nodeAffinity:@VolumeNodeAffinity persistentVolumeReclaimPolicy:s photonPersistentDisk:@PhotonPersistentDiskVolumeSource portworxVolume:@PortworxVolumeSource quobyte:@QuobyteVolumeSource rbd:@RBDPersistentVolumeSource scaleIO:@ScaleIOPersistentVolumeSource storageClassName:s storageos:@StorageOSPersistentVolumeSource volumeAttributesClassName:s volumeMode:s vsphereVolume:@VsphereVirtualDiskVolumeSource
AzureFilePersistentVolumeSource readOnly:b secretName!:s secretNamespace:s shareName!:s
CephFSPersistentVolumeSource monitors!:[]s path:s readOnly:b secretFile:s secretRef:~@SecretReference user:s
SecretReference name:s namespace:s
CinderPersistentVolumeSource fsType:s readOnly:b secretRef:~@SecretReference volumeID!:s
CSIPersistentVolumeSource controllerExpandSecretRef:~@SecretReference controllerPublishSecretRef:~@SecretReference driver!:s fsType:s nodeExpandSecretRef:~@SecretReference nodePublishSecretRef:~@SecretReference nodeStageSecretRef:~@SecretReference readOnly:b volumeAttributes:{s} volumeHandle!:s
FlexPersistentVolumeSource driver!:s fsType:s options:{s} readOnly:b secretRef:~@SecretReference
GlusterfsPersistentVolumeSource endpoints!:s endpointsNamespace:s path!:s readOnly:b
ISCSIPersistentVolumeSource chapAuthDiscovery:b chapAuthSession:b fsType:s initiatorName:s iqn!:s iscsiInterface:s lun!:i portals:[]s readOnly:b secretRef:~@SecretReference targetPortal!:s
LocalVolumeSource fsType:s path!:s
VolumeNodeAffinity required:~@NodeSelector
RBDPersistentVolumeSource fsType:s image!:s keyring:s monitors!:[]s pool:s readOnly:b secretRef:~@SecretReference user:s
ScaleIOPersistentVolumeSource fsType:s gateway!:s protectionDomain:s readOnly:b secretRef!:~@SecretReference sslEnabled:b storageMode:s storagePool:s system!:s volumeName:s
StorageOSPersistentVolumeSource fsType:s readOnly:b secretRef:~@ObjectReference volumeName:s volumeNamespace:s
PersistentVolumeStatus lastPhaseTransitionTime:T message:s phase:s reason:s
Pod apiVersion:s kind:s metadata:@ObjectMeta spec:@PodSpec status:@PodStatus
PodStatus allocatedResources:{q} conditions:[type|type]@PodCondition containerStatuses:[]@ContainerStatus ephemeralContainerStatuses:[]@ContainerStatus extendedResourceClaimStatus:@PodExtendedResourceClaimStatus hostIP:s hostIPs:[|ip]@HostIP initContainerStatuses:[]@ContainerStatus message:s nodeAllocatableResourceClaimStatuses:[resourceClaimName|resourceClaimName]@NodeAllocatableResourceClaimStatus nominatedNodeName:s observedGeneration:i phase:s podIP:s podIPs:[ip|ip]@PodIP qosClass:s reason:s resize:s resourceClaimStatuses:[name|name]@PodResourceClaimStatus resources:@ResourceRequirements startTime:T volumeHealth:[name]@PodVolumeHealth
PodCondition lastProbeTime:T lastTransitionTime:T message:s observedGeneration:i reason:s status!:s type!:s
ContainerStatus allocatedResources:{q} allocatedResourcesStatus:[name|name]@ResourceStatus containerID:s image!:s imageID!:s lastState:@ContainerState name!:s ready!:b resources:@ResourceRequirements restartCount!:i started:b state:@ContainerState stopSignal:s user:@ContainerUser volumeMounts:[mountPath|mountPath]@VolumeMountStatus
ResourceStatus name!:s resources:[resourceID]@ResourceHealth
ResourceHealth health:s message:s resourceID!:s
ContainerState running:@ContainerStateRunning terminated:@ContainerStateTerminated waiting:@ContainerStateWaiting
ContainerStateRunning startedAt:T
ContainerStateTerminated containerID:s exitCode!:i finishedAt:T message:s reason:s signal:i startedAt:T
ContainerStateWaiting message:s reason:s
ContainerUser linux:@LinuxContainerUser
LinuxContainerUser gid!:i supplementalGroups:[]i uid!:i
VolumeMountStatus mountPath!:s name!:s readOnly:b recursiveReadOnly:s volumeStatus:@VolumeStatus
VolumeStatus image:@ImageVolumeStatus
ImageVolumeStatus imageRef!:s
PodExtendedResourceClaimStatus requestMappings!:[]@ContainerExtendedResourceRequest resourceClaimName!:s
ContainerExtendedResourceRequest containerName!:s requestName!:s resourceName!:s
HostIP ip!:s
NodeAllocatableResourceClaimStatus containers:[=]s mapping:[name|name]@NodeAllocatableMappedResources overhead:[name|name]@NodeAllocatableOverheadResources resourceClaimName!:s
NodeAllocatableMappedResources name!:s quantity!:q
NodeAllocatableOverheadResources name!:s perContainer:q perPod:q
PodIP ip!:s
PodResourceClaimStatus name!:s resourceClaimName:s
PodVolumeHealth healthConditions:[status,reason|status]@VolumeHealthCondition lastTransitionTime:T name!:s
PodTemplate apiVersion:s kind:s metadata:@ObjectMeta template:@PodTemplateSpec
ReplicationController apiVersion:s kind:s metadata:@ObjectMeta spec:@ReplicationControllerSpec status:@ReplicationControllerStatus
ReplicationControllerSpec minReadySeconds:i replicas:i selector:~{s} template:@PodTemplateSpec
ReplicationControllerStatus availableReplicas:i conditions:[type|type]@ReplicationControllerCondition fullyLabeledReplicas:i observedGeneration:i readyReplicas:i replicas!:i
ReplicationControllerCondition lastTransitionTime:T message:s reason:s status!:s type!:s
ResourceQuota apiVersion:s kind:s metadata:@ObjectMeta spec:@ResourceQuotaSpec status:@ResourceQuotaStatus
ResourceQuotaSpec hard:{q} scopeSelector:~@ScopeSelector scopes:[]s
ScopeSelector matchExpressions:[]@ScopedResourceSelectorRequirement
ScopedResourceSelectorRequirement operator!:s scopeName!:s values:[]s
ResourceQuotaStatus hard:{q} used:{q}
Secret apiVersion:s data:{B} immutable:b kind:s metadata:@ObjectMeta stringData:{s} type:s
Service apiVersion:s kind:s metadata:@ObjectMeta spec:@ServiceSpec status:@ServiceStatus
ServiceSpec allocateLoadBalancerNodePorts:b clusterIP:s clusterIPs:[]s externalIPs:[]s externalName:s externalTrafficPolicy:s healthCheckNodePort:i internalTrafficPolicy:s ipFamilies:[]s ipFamilyPolicy:s loadBalancerClass:s loadBalancerIP:s loadBalancerSourceRanges:[]s ports:[port,protocol|port]@ServicePort publishNotReadyAddresses:b selector:~{s} sessionAffinity:s sessionAffinityConfig:@SessionAffinityConfig trafficDistribution:s type:s
ServicePort appProtocol:s name:s nodePort:i port!:i protocol:s targetPort:t
SessionAffinityConfig clientIP:@ClientIPConfig
ClientIPConfig timeoutSeconds:i
ServiceStatus conditions:[type|type]@Condition loadBalancer:@LoadBalancerStatus
LoadBalancerStatus ingress:[]@LoadBalancerIngress
LoadBalancerIngress hostname:s ip:s ipMode:s ports:[]@PortStatus
PortStatus error:s port!:i protocol!:s
ServiceAccount apiVersion:s automountServiceAccountToken:b imagePullSecrets:[]~@LocalObjectReference kind:s metadata:@ObjectMeta secrets:[name|name]~@ObjectReference
discovery.v1.EndpointSlice addressType!:s apiVersion:s endpoints:[]@discovery.v1.Endpoint kind:s metadata:@ObjectMeta ports:[]~@discovery.v1.EndpointPort
discovery.v1.Endpoint addresses!:[=]s conditions:@discovery.v1.EndpointConditions deprecatedTopology:{s} hints:@discovery.v1.EndpointHints hostname:s nodeName:s targetRef:~@ObjectReference zone:s
discovery.v1.EndpointConditions ready:b serving:b terminating:b
discovery.v1.EndpointHints forNodes:[]@discovery.v1.ForNode forZones:[]@discovery.v1.ForZone
discovery.v1.ForNode name!:s
discovery.v1.ForZone name!:s
discovery.v1.EndpointPort appProtocol:s name:s port:i protocol:s
events.v1.Event action:s apiVersion:s deprecatedCount:i deprecatedFirstTimestamp:T deprecatedLastTimestamp:T deprecatedSource:@EventSource eventTime!:T kind:s metadata:@ObjectMeta note:s reason:s regarding:~@ObjectReference related:~@ObjectReference reportingController:s reportingInstance:s series:@events.v1.EventSeries type:s
events.v1.EventSeries count!:i lastObservedTime!:T
networking.v1.IPAddress apiVersion:s kind:s metadata:@ObjectMeta spec!:@networking.v1.IPAddressSpec
networking.v1.IPAddressSpec parentRef!:@networking.v1.ParentReference
networking.v1.ParentReference group:s name!:s namespace:s resource!:s
networking.v1.Ingress apiVersion:s kind:s metadata:@ObjectMeta spec:@networking.v1.IngressSpec status:@networking.v1.IngressStatus
networking.v1.IngressSpec defaultBackend:@networking.v1.IngressBackend ingressClassName:s rules:[]@networking.v1.IngressRule tls:[]@networking.v1.IngressTLS
networking.v1.IngressBackend resource:~@TypedLocalObjectReference service:@networking.v1.IngressServiceBackend
networking.v1.IngressServiceBackend name!:s port:~@networking.v1.ServiceBackendPort
networking.v1.ServiceBackendPort name:s number:i
networking.v1.IngressRule host:s http:@networking.v1.HTTPIngressRuleValue
networking.v1.HTTPIngressRuleValue paths!:[]@networking.v1.HTTPIngressPath
networking.v1.HTTPIngressPath backend!:@networking.v1.IngressBackend path:s pathType!:s
networking.v1.IngressTLS hosts:[]s secretName:s
networking.v1.IngressStatus loadBalancer:@networking.v1.IngressLoadBalancerStatus
networking.v1.IngressLoadBalancerStatus ingress:[]@networking.v1.IngressLoadBalancerIngress
networking.v1.IngressLoadBalancerIngress hostname:s ip:s ports:[]@networking.v1.IngressPortStatus
networking.v1.IngressPortStatus error:s port!:i protocol!:s
networking.v1.IngressClass apiVersion:s kind:s metadata:@ObjectMeta spec:@networking.v1.IngressClassSpec
networking.v1.IngressClassSpec controller:s parameters:@networking.v1.IngressClassParametersReference
networking.v1.IngressClassParametersReference apiGroup:s kind!:s name!:s namespace:s scope:s
networking.v1.NetworkPolicy apiVersion:s kind:s metadata:@ObjectMeta spec:@networking.v1.NetworkPolicySpec
networking.v1.NetworkPolicySpec egress:[]@networking.v1.NetworkPolicyEgressRule ingress:[]@networking.v1.NetworkPolicyIngressRule podSelector:~@LabelSelector policyTypes:[]s
networking.v1.NetworkPolicyEgressRule ports:[]@networking.v1.NetworkPolicyPort to:[]@networking.v1.NetworkPolicyPeer
networking.v1.NetworkPolicyPort endPort:i port:t protocol:s
networking.v1.NetworkPolicyPeer ipBlock:@networking.v1.IPBlock namespaceSelector:~@LabelSelector podSelector:~@LabelSelector
networking.v1.IPBlock cidr!:s except:[]s
networking.v1.NetworkPolicyIngressRule from:[]@networking.v1.NetworkPolicyPeer ports:[]@networking.v1.NetworkPolicyPort
networking.v1.ServiceCIDR apiVersion:s kind:s metadata:@ObjectMeta spec:@networking.v1.ServiceCIDRSpec status:@networking.v1.ServiceCIDRStatus
networking.v1.ServiceCIDRSpec cidrs:[]s
networking.v1.ServiceCIDRStatus conditions:[type|type]@Condition
node.v1.RuntimeClass apiVersion:s handler!:s kind:s metadata:@ObjectMeta overhead:@node.v1.Overhead scheduling:@node.v1.Scheduling
node.v1.Overhead podFixed:{q}
node.v1.Scheduling nodeSelector:~{s} tolerations:[]@Toleration
policy.v1.Eviction apiVersion:s deleteOptions:@DeleteOptions kind:s metadata:@ObjectMeta
DeleteOptions apiVersion:s dryRun:[]s gracePeriodSeconds:i ignoreStoreReadErrorWithClusterBreakingPotential:b kind:s orphanDependents:b preconditions:@Preconditions propagationPolicy:s
Preconditions resourceVersion:s uid:s
policy.v1.PodDisruptionBudget apiVersion:s kind:s metadata:@ObjectMeta spec:@policy.v1.PodDisruptionBudgetSpec status:@policy.v1.PodDisruptionBudgetStatus
policy.v1.PodDisruptionBudgetSpec maxUnavailable:t minAvailable:t selector:~@LabelSelector unhealthyPodEvictionPolicy:s
policy.v1.PodDisruptionBudgetStatus conditions:[type|type]@Condition currentHealthy:i desiredHealthy:i disruptedPods:{T} disruptionsAllowed:i expectedPods:i observedGeneration:i
rbac.v1.ClusterRole aggregationRule:@rbac.v1.AggregationRule apiVersion:s kind:s metadata:@ObjectMeta rules:[]@rbac.v1.PolicyRule
rbac.v1.AggregationRule clusterRoleSelectors:[]~@LabelSelector
rbac.v1.PolicyRule apiGroups:[]s nonResourceURLs:[]s resourceNames:[]s resources:[]s verbs!:[]s
rbac.v1.ClusterRoleBinding apiVersion:s kind:s metadata:@ObjectMeta roleRef!:~@rbac.v1.RoleRef subjects:[]~@rbac.v1.Subject
rbac.v1.RoleRef apiGroup:s kind!:s name!:s
rbac.v1.Subject apiGroup:s kind!:s name!:s namespace:s
rbac.v1.Role apiVersion:s kind:s metadata:@ObjectMeta rules:[]@rbac.v1.PolicyRule
rbac.v1.RoleBinding apiVersion:s kind:s metadata:@ObjectMeta roleRef!:~@rbac.v1.RoleRef subjects:[]~@rbac.v1.Subject
scheduling.v1.PriorityClass apiVersion:s description:s globalDefault:b kind:s metadata:@ObjectMeta preemptionPolicy:s value:i
storage.v1.CSIDriver apiVersion:s kind:s metadata:@ObjectMeta spec!:@storage.v1.CSIDriverSpec
storage.v1.CSIDriverSpec attachRequired:b fsGroupPolicy:s nodeAllocatableUpdatePeriodSeconds:i podInfoOnMount:b preventPodSchedulingIfMissing:b requiresRepublish:b seLinuxMount:b serviceAccountTokenInSecrets:b storageCapacity:b tokenRequests:[]@storage.v1.TokenRequest volumeLifecycleModes:[=]s
storage.v1.TokenRequest audience!:s expirationSeconds:i
storage.v1.CSINode apiVersion:s kind:s metadata:@ObjectMeta spec!:@storage.v1.CSINodeSpec status:@storage.v1.CSINodeStatus
storage.v1.CSINodeSpec drivers!:[name|name]@storage.v1.CSINodeDriver
storage.v1.CSINodeDriver allocatable:@storage.v1.VolumeNodeResources name!:s nodeID!:s topologyKeys:[]s
storage.v1.VolumeNodeResources count:i
storage.v1.CSINodeStatus storageHealth:[name|name]@storage.v1.StorageHealth
storage.v1.StorageHealth healthConditions:[]@storage.v1.StorageHealthCondition name!:s
storage.v1.StorageHealthCondition accessMode:s lastTransitionTime:T message:s reason!:s status!:s volumeMode:s
storage.v1.CSIStorageCapacity apiVersion:s capacity:q kind:s maximumVolumeSize:q metadata:@ObjectMeta nodeTopology:~@LabelSelector storageClassName!:s
storage.v1.StorageClass allowVolumeExpansion:b allowedTopologies:[]~@TopologySelectorTerm apiVersion:s kind:s metadata:@ObjectMeta mountOptions:[]s parameters:{s} provisioner!:s reclaimPolicy:s volumeBindingMode:s
TopologySelectorTerm matchLabelExpressions:[]@TopologySelectorLabelRequirement
TopologySelectorLabelRequirement key!:s values!:[]s
storage.v1.VolumeAttachment apiVersion:s kind:s metadata:@ObjectMeta spec!:@storage.v1.VolumeAttachmentSpec status:@storage.v1.VolumeAttachmentStatus
storage.v1.VolumeAttachmentSpec attacher!:s nodeName!:s source!:@storage.v1.VolumeAttachmentSource
storage.v1.VolumeAttachmentSource inlineVolumeSpec:@PersistentVolumeSpec persistentVolumeName:s
storage.v1.VolumeAttachmentStatus attachError:@storage.v1.VolumeError attached!:b attachmentMetadata:{s} detachError:@storage.v1.VolumeError
storage.v1.VolumeError errorCode:i message:s time:T
storage.v1.VolumeAttributesClass apiVersion:s driverName!:s kind:s metadata:@ObjectMeta parameters:{s}
apiextensions.v1.CustomResourceDefinition apiVersion:s kind:s metadata:@ObjectMeta spec!:@apiextensions.v1.CustomResourceDefinitionSpec status:@apiextensions.v1.CustomResourceDefinitionStatus
apiextensions.v1.CustomResourceDefinitionSpec conversion:@apiextensions.v1.CustomResourceConversion group!:s names!:@apiextensions.v1.CustomResourceDefinitionNames preserveUnknownFields:b scope!:s versions!:[]@apiextensions.v1.CustomResourceDefinitionVersion
apiextensions.v1.CustomResourceConversion strategy!:s webhook:@apiextensions.v1.WebhookConversion
apiextensions.v1.WebhookConversion clientConfig:@apiextensions.v1.WebhookClientConfig conversionReviewVersions!:[]s
apiextensions.v1.WebhookClientConfig caBundle:B service:@apiextensions.v1.ServiceReference url:s
apiextensions.v1.ServiceReference name!:s namespace!:s path:s port:i
apiextensions.v1.CustomResourceDefinitionNames categories:[]s kind!:s listKind:s plural!:s shortNames:[]s singular:s
apiextensions.v1.CustomResourceDefinitionVersion additionalPrinterColumns:[]@apiextensions.v1.CustomResourceColumnDefinition deprecated:b deprecationWarning:s name!:s schema:@apiextensions.v1.CustomResourceValidation selectableFields:[]@apiextensions.v1.SelectableField served!:b storage!:b subresources:@apiextensions.v1.CustomResourceSubresources
apiextensions.v1.CustomResourceColumnDefinition description:s format:s jsonPath!:s name!:s priority:i type!:s
apiextensions.v1.CustomResourceValidation openAPIV3Schema:@apiextensions.v1.JSONSchemaProps
apiextensions.v1.JSONSchemaProps $ref:s $schema:s additionalItems:o additionalProperties:o allOf:[]@apiextensions.v1.JSONSchemaProps anyOf:[]@apiextensions.v1.JSONSchemaProps default:o definitions:{@apiextensions.v1.JSONSchemaProps} dependencies:{o} description:s enum:[]o example:o exclusiveMaximum:b exclusiveMinimum:b externalDocs:@apiextensions.v1.ExternalDocumentation format:s id:s items:o maxItems:i maxLength:i maxProperties:i maximum:n minItems:i minLength:i minProperties:i minimum:n multipleOf:n not:@apiextensions.v1.JSONSchemaProps nullable:b oneOf:[]@apiextensions.v1.JSONSchemaProps pattern:s patternProperties:{@apiextensions.v1.JSONSchemaProps} properties:{@apiextensions.v1.JSONSchemaProps} required:[]s title:s type:s uniqueItems:b x-kubernetes-embedded-resource:b x-kubernetes-int-or-string:b x-kubernetes-list-map-keys:[]s x-kubernetes-list-type:s x-kubernetes-map-type:s x-kubernetes-preserve-unknown-fields:b x-kubernetes-validations:[rule|rule]@apiextensions.v1.ValidationRule
apiextensions.v1.ExternalDocumentation description:s url:s
apiextensions.v1.ValidationRule fieldPath:s message:s messageExpression:s optionalOldSelf:b reason:s rule!:s
apiextensions.v1.SelectableField jsonPath!:s
apiextensions.v1.CustomResourceSubresources scale:@apiextensions.v1.CustomResourceSubresourceScale status:o
apiextensions.v1.CustomResourceSubresourceScale labelSelectorPath:s specReplicasPath!:s statusReplicasPath!:s
apiextensions.v1.CustomResourceDefinitionStatus acceptedNames:@apiextensions.v1.CustomResourceDefinitionNames conditions:[type]@apiextensions.v1.CustomResourceDefinitionCondition observedGeneration:i storedVersions:[]s
apiextensions.v1.CustomResourceDefinitionCondition lastTransitionTime:T message:s observedGeneration:i reason:s status!:s type!:s
APIGroup apiVersion:s kind:s name!:s preferredVersion:@GroupVersionForDiscovery serverAddressByClientCIDRs:[]@ServerAddressByClientCIDR versions!:[]@GroupVersionForDiscovery
GroupVersionForDiscovery groupVersion!:s version!:s
ServerAddressByClientCIDR clientCIDR!:s serverAddress!:s
APIVersions apiVersion:s kind:s serverAddressByClientCIDRs!:[]@ServerAddressByClientCIDR versions!:[]s
apiregistration.v1.APIService apiVersion:s kind:s metadata:@ObjectMeta spec:@apiregistration.v1.APIServiceSpec status:@apiregistration.v1.APIServiceStatus
apiregistration.v1.APIServiceSpec caBundle:B group:s groupPriorityMinimum!:i insecureSkipTLSVerify:b service:@apiregistration.v1.ServiceReference version:s versionPriority!:i
apiregistration.v1.ServiceReference name:s namespace:s port:i
apiregistration.v1.APIServiceStatus conditions:[type|type]@apiregistration.v1.APIServiceCondition
apiregistration.v1.APIServiceCondition lastTransitionTime:T message:s reason:s status!:s type!:s
`
