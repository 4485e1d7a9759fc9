/**
 * Field names, types and merge keys of the built-in kinds: made by `scripts/builtin-types.mjs`, not by hand.
 *
 * One line a type: `field[#number][!][?]:type[=default]`, the number in protobuf, `!` for required, `?` for
 * left out when empty. Types: `s`tring, `i`nteger, `n`umber, `b`oolean,
 * `t` int-or-string, `q`uantity, `T`ime, `B`ytes, `o` anything, `@Name`, `{values}`, `[merge|strategic]items` where
 * `merge` is empty (atomic), `=` (set) or the keys of an associative list, `strategic` the same for strategic merge
 * patches; `~` marks what server-side apply takes as a whole, `^` a struct that is there, if empty, whenever its owner is.
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
admissionregistration.v1.MutatingAdmissionPolicy apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@admissionregistration.v1.MutatingAdmissionPolicySpec
ObjectMeta annotations#12?:{s} creationTimestamp#8?:T deletionGracePeriodSeconds#10:i deletionTimestamp#9:T finalizers#14?:[=|=]s generateName#2?:s generation#7?:i labels#11?:{s} managedFields#17?:[]@ManagedFieldsEntry name#1?:s namespace#3?:s ownerReferences#13?:[uid|uid]~@OwnerReference resourceVersion#6?:s selfLink#4?:s uid#5?:s
ManagedFieldsEntry apiVersion#3?:s fieldsType#6?:s fieldsV1#7:o manager#1?:s operation#2?:s subresource#8?:s time#4:T
OwnerReference apiVersion#5!:s blockOwnerDeletion#7:b controller#6:b kind#1!:s name#3!:s uid#4!:s
admissionregistration.v1.MutatingAdmissionPolicySpec failurePolicy#5:s matchConditions#6?:[name|name]@admissionregistration.v1.MatchCondition matchConstraints#2:~@admissionregistration.v1.MatchResources mutations#4?:[]@admissionregistration.v1.Mutation paramKind#1:~@admissionregistration.v1.ParamKind reinvocationPolicy#7?:s variables#3?:[]~@admissionregistration.v1.Variable
admissionregistration.v1.MatchCondition expression#2!:s name#1!:s
admissionregistration.v1.MatchResources excludeResourceRules#4?:[]~@admissionregistration.v1.NamedRuleWithOperations matchPolicy#7:s namespaceSelector#1:~@LabelSelector objectSelector#2:~@LabelSelector resourceRules#3?:[]~@admissionregistration.v1.NamedRuleWithOperations
admissionregistration.v1.NamedRuleWithOperations apiGroups:[]s apiVersions:[]s operations:[]s resourceNames#1?:[]s resources:[]s scope:s
LabelSelector matchExpressions#2?:[]@LabelSelectorRequirement matchLabels#1?:{s}
LabelSelectorRequirement key#1!:s operator#2!:s values#3?:[]s
admissionregistration.v1.Mutation applyConfiguration#3:@admissionregistration.v1.ApplyConfiguration jsonPatch#4:@admissionregistration.v1.JSONPatch patchType#2!:s
admissionregistration.v1.ApplyConfiguration expression#1?:s
admissionregistration.v1.JSONPatch expression#1?:s
admissionregistration.v1.ParamKind apiVersion#1?:s kind#2?:s
admissionregistration.v1.Variable expression#2!:s name#1!:s
admissionregistration.v1.MutatingAdmissionPolicyBinding apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@admissionregistration.v1.MutatingAdmissionPolicyBindingSpec
admissionregistration.v1.MutatingAdmissionPolicyBindingSpec matchResources#3:~@admissionregistration.v1.MatchResources paramRef#2:~@admissionregistration.v1.ParamRef policyName#1?:s
admissionregistration.v1.ParamRef name#1?:s namespace#2?:s parameterNotFoundAction#4:s selector#3:~@LabelSelector
admissionregistration.v1.MutatingWebhookConfiguration apiVersion:s kind:s metadata#1:^@ObjectMeta webhooks#2?:[name|name]@admissionregistration.v1.MutatingWebhook
admissionregistration.v1.MutatingWebhook admissionReviewVersions#8!:[]s clientConfig#2!:^@admissionregistration.v1.WebhookClientConfig failurePolicy#4:s matchConditions#12?:[name|name]@admissionregistration.v1.MatchCondition matchPolicy#9:s name#1!:s namespaceSelector#5:~@LabelSelector objectSelector#11:~@LabelSelector reinvocationPolicy#10:s rules#3?:[]@admissionregistration.v1.RuleWithOperations sideEffects#6!:s timeoutSeconds#7:i
admissionregistration.v1.WebhookClientConfig caBundle#2?:B service#1:@admissionregistration.v1.ServiceReference url#3:s
admissionregistration.v1.ServiceReference name#2!:s namespace#1!:s path#3:s port#4:i
admissionregistration.v1.RuleWithOperations apiGroups:[]s apiVersions:[]s operations#1?:[]s resources:[]s scope:s
admissionregistration.v1.ValidatingAdmissionPolicy apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@admissionregistration.v1.ValidatingAdmissionPolicySpec status#3:^@admissionregistration.v1.ValidatingAdmissionPolicyStatus
admissionregistration.v1.ValidatingAdmissionPolicySpec auditAnnotations#5?:[]@admissionregistration.v1.AuditAnnotation failurePolicy#4:s matchConditions#6?:[name|name]@admissionregistration.v1.MatchCondition matchConstraints#2:~@admissionregistration.v1.MatchResources paramKind#1:~@admissionregistration.v1.ParamKind validations#3?:[]@admissionregistration.v1.Validation variables#7?:[name|name]~@admissionregistration.v1.Variable
admissionregistration.v1.AuditAnnotation key#1!:s valueExpression#2!:s
admissionregistration.v1.Validation expression#1!:s message#2?:s messageExpression#4?:s reason#3:s
admissionregistration.v1.ValidatingAdmissionPolicyStatus conditions#3?:[type]@Condition observedGeneration#1?:i typeChecking#2:@admissionregistration.v1.TypeChecking
Condition lastTransitionTime#4!:T message#6!:s observedGeneration#3?:i reason#5!:s status#2!:s type#1!:s
admissionregistration.v1.TypeChecking expressionWarnings#1?:[]@admissionregistration.v1.ExpressionWarning
admissionregistration.v1.ExpressionWarning fieldRef#2!:s warning#3!:s
admissionregistration.v1.ValidatingAdmissionPolicyBinding apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec
admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec matchResources#3:~@admissionregistration.v1.MatchResources paramRef#2:~@admissionregistration.v1.ParamRef policyName#1!?:s validationActions#4!?:[=]s
admissionregistration.v1.ValidatingWebhookConfiguration apiVersion:s kind:s metadata#1:^@ObjectMeta webhooks#2?:[name|name]@admissionregistration.v1.ValidatingWebhook
admissionregistration.v1.ValidatingWebhook admissionReviewVersions#8!:[]s clientConfig#2!:^@admissionregistration.v1.WebhookClientConfig failurePolicy#4:s matchConditions#11?:[name|name]@admissionregistration.v1.MatchCondition matchPolicy#9:s name#1!:s namespaceSelector#5:~@LabelSelector objectSelector#10:~@LabelSelector rules#3?:[]@admissionregistration.v1.RuleWithOperations sideEffects#6!:s timeoutSeconds#7:i
apps.v1.ControllerRevision apiVersion:s data#2!:o kind:s metadata#1:^@ObjectMeta revision#3:i
apps.v1.DaemonSet apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@apps.v1.DaemonSetSpec status#3:^@apps.v1.DaemonSetStatus
apps.v1.DaemonSetSpec minReadySeconds#4?:i revisionHistoryLimit#6:i selector#1!:~@LabelSelector template#2!:^@PodTemplateSpec updateStrategy#3:^@apps.v1.DaemonSetUpdateStrategy
PodTemplateSpec metadata#1:^@ObjectMeta spec#2:^@PodSpec
PodSpec activeDeadlineSeconds#5:i affinity#18:@Affinity automountServiceAccountToken#21:b containers#2!:[name|name]@Container dnsConfig#26:@PodDNSConfig dnsPolicy#6?:s enableServiceLinks#30:b ephemeralContainers#34?:[name|name]@EphemeralContainer evictionResponders#44?:[name|name]~@EvictionResponder hostAliases#23?:[ip|ip]@HostAlias hostIPC#13?:b hostNetwork#11?:b hostPID#12?:b hostUsers#37:b hostname#16?:s hostnameOverride#41:s imagePullSecrets#15?:[name|name]~@LocalObjectReference initContainers#20?:[name|name]@Container nodeName#10?:s nodeSelector#7?:~{s} os#36:@PodOS overhead#32?:{q} preemptionPolicy#31:s priority#25:i priorityClassName#24?:s readinessGates#28?:[]@PodReadinessGate resourceClaims#39?:[name|name]@PodResourceClaim resources#40:@ResourceRequirements restartPolicy#3?:s runtimeClassName#29:s schedulerName#19?:s schedulingGates#38?:[name|name]@PodSchedulingGate schedulingGroup#43:@PodSchedulingGroup securityContext#14:@PodSecurityContext serviceAccount#9?:s serviceAccountName#8?:s setHostnameAsFQDN#35:b shareProcessNamespace#27:b subdomain#17?:s terminationGracePeriodSeconds#4:i tolerations#22?:[]@Toleration topologySpreadConstraints#33?:[topologyKey,whenUnsatisfiable|topologyKey]@TopologySpreadConstraint volumes#1?:[name|name]@Volume
Affinity nodeAffinity#1:@NodeAffinity podAffinity#2:@PodAffinity podAntiAffinity#3:@PodAntiAffinity
NodeAffinity preferredDuringSchedulingIgnoredDuringExecution#2?:[]@PreferredSchedulingTerm requiredDuringSchedulingIgnoredDuringExecution#1:~@NodeSelector
PreferredSchedulingTerm preference#2!:^~@NodeSelectorTerm weight#1!:i
NodeSelectorTerm matchExpressions#1?:[]@NodeSelectorRequirement matchFields#2?:[]@NodeSelectorRequirement
NodeSelectorRequirement key#1!:s operator#2!:s values#3?:[]s
NodeSelector nodeSelectorTerms#1!:[]~@NodeSelectorTerm
PodAffinity preferredDuringSchedulingIgnoredDuringExecution#2?:[]@WeightedPodAffinityTerm requiredDuringSchedulingIgnoredDuringExecution#1?:[]@PodAffinityTerm
WeightedPodAffinityTerm podAffinityTerm#2!:^@PodAffinityTerm weight#1!:i
PodAffinityTerm labelSelector#1:~@LabelSelector matchLabelKeys#5?:[]s mismatchLabelKeys#6?:[]s namespaceSelector#4:~@LabelSelector namespaces#2?:[]s topologyKey#3!:s
PodAntiAffinity preferredDuringSchedulingIgnoredDuringExecution#2?:[]@WeightedPodAffinityTerm requiredDuringSchedulingIgnoredDuringExecution#1?:[]@PodAffinityTerm
Container args#4?:[]s command#3?:[]s env#7?:[name|name]@EnvVar envFrom#19?:[]@EnvFromSource image#2?:s imagePullPolicy#14?:s lifecycle#12:@Lifecycle livenessProbe#10:@Probe name#1!:s ports#6?:[containerPort,protocol|containerPort]@ContainerPort readinessProbe#11:@Probe resizePolicy#23?:[]@ContainerResizePolicy resources#8:^@ResourceRequirements restartPolicy#24:s restartPolicyRules#25?:[]@ContainerRestartRule securityContext#15:@SecurityContext startupProbe#22:@Probe stdin#16?:b stdinOnce#17?:b terminationMessagePath#13?:s terminationMessagePolicy#20?:s tty#18?:b volumeDevices#21?:[devicePath|devicePath]@VolumeDevice volumeMounts#9?:[mountPath|mountPath]@VolumeMount workingDir#5?:s
EnvVar name#1!:s value#2?:s valueFrom#3:@EnvVarSource
EnvVarSource configMapKeyRef#3:~@ConfigMapKeySelector fieldRef#1:~@ObjectFieldSelector fileKeyRef#5:~@FileKeySelector resourceFieldRef#2:~@ResourceFieldSelector secretKeyRef#4:~@SecretKeySelector
ConfigMapKeySelector key#2!:s name:s optional#3:b
ObjectFieldSelector apiVersion#1?:s fieldPath#2!:s
FileKeySelector key#3!:s optional#4:b path#2!:s volumeName#1!:s
ResourceFieldSelector containerName#1?:s divisor#3?:q resource#2!:s
SecretKeySelector key#2!:s name:s optional#3:b
EnvFromSource configMapRef#2:@ConfigMapEnvSource prefix#1?:s secretRef#3:@SecretEnvSource
ConfigMapEnvSource name:s optional#2:b
SecretEnvSource name:s optional#2:b
Lifecycle postStart#1:@LifecycleHandler preStop#2:@LifecycleHandler stopSignal#3:s
LifecycleHandler exec#1:@ExecAction httpGet#2:@HTTPGetAction sleep#4:@SleepAction tcpSocket#3:@TCPSocketAction
ExecAction command#1?:[]s
HTTPGetAction host#3?:s httpHeaders#5?:[]@HTTPHeader path#1?:s port#2!:t protocol#6:s scheme#4?:s
HTTPHeader name#1!:s value#2!:s
SleepAction seconds#1!:i
TCPSocketAction host#2?:s port#1!:t
Probe exec:@ExecAction failureThreshold#6?:i grpc:@GRPCAction httpGet:@HTTPGetAction initialDelaySeconds#2?:i periodSeconds#4?:i successThreshold#5?:i tcpSocket:@TCPSocketAction terminationGracePeriodSeconds#7:i timeoutSeconds#3?:i
GRPCAction mode#3:s port#1!:i service#2:s
ContainerPort containerPort#3!:i hostIP#5?:s hostPort#2?:i name#1?:s protocol#4?:s
ContainerResizePolicy resourceName#1!:s restartPolicy#2!:s
ResourceRequirements claims#3?:[name]@ResourceClaim limits#1?:{q} requests#2?:{q}
ResourceClaim name#1!:s request#2?:s
ContainerRestartRule action#1!?:s exitCodes#2:@ContainerRestartRuleOnExitCodes
ContainerRestartRuleOnExitCodes operator#1!?:s values#2?:[=]i
SecurityContext allowPrivilegeEscalation#7:b appArmorProfile#12:@AppArmorProfile capabilities#1:@Capabilities privileged#2:b procMount#9:s readOnlyRootFilesystem#6:b runAsGroup#8:i runAsNonRoot#5:b runAsUser#4:i seLinuxOptions#3:@SELinuxOptions seccompProfile#11:@SeccompProfile windowsOptions#10:@WindowsSecurityContextOptions
AppArmorProfile localhostProfile#2:s type#1!:s
Capabilities add#1?:[]s drop#2?:[]s
SELinuxOptions level#4?:s role#2?:s type#3?:s user#1?:s
SeccompProfile localhostProfile#2:s type#1!:s
WindowsSecurityContextOptions gmsaCredentialSpec#2:s gmsaCredentialSpecName#1:s hostProcess#4:b runAsUserName#3:s
VolumeDevice devicePath#2!:s name#1!:s
VolumeMount bindMountOptions#8?:[=]s mountPath#3!:s mountPropagation#5:s name#1!:s readOnly#2?:b recursiveReadOnly#7:s subPath#4?:s subPathExpr#6?:s
PodDNSConfig nameservers#1?:[]s options#3?:[]@PodDNSConfigOption searches#2?:[]s
PodDNSConfigOption name#1?:s value#2:s
EphemeralContainer args:[]s command:[]s env:[name|name]@EnvVar envFrom:[]@EnvFromSource image:s imagePullPolicy:s lifecycle:@Lifecycle livenessProbe:@Probe name!:s ports:[containerPort,protocol|containerPort]@ContainerPort readinessProbe:@Probe resizePolicy:[]@ContainerResizePolicy resources:^@ResourceRequirements restartPolicy:s restartPolicyRules:[]@ContainerRestartRule securityContext:@SecurityContext startupProbe:@Probe stdin:b stdinOnce:b targetContainerName#2?:s terminationMessagePath:s terminationMessagePolicy:s tty:b volumeDevices:[devicePath|devicePath]@VolumeDevice volumeMounts:[mountPath|mountPath]@VolumeMount workingDir:s
EvictionResponder name#1!:s priority#2!:i
HostAlias hostnames#2?:[]s ip#1!:s
LocalObjectReference name#1?:s
PodOS name#1!:s
PodReadinessGate conditionType#1!:s
PodResourceClaim name#1!:s resourceClaimName#3:s resourceClaimTemplateName#4:s
PodSchedulingGate name#1!:s
PodSchedulingGroup podGroupName#1:s
PodSecurityContext appArmorProfile#11:@AppArmorProfile fsGroup#5:i fsGroupChangePolicy#9:s runAsGroup#6:i runAsNonRoot#3:b runAsUser#2:i seLinuxChangePolicy#13:s seLinuxOptions#1:@SELinuxOptions seccompProfile#10:@SeccompProfile supplementalGroups#4?:[]i supplementalGroupsPolicy#12:s sysctls#7?:[]@Sysctl windowsOptions#8:@WindowsSecurityContextOptions
Sysctl name#1!:s value#2!:s
Toleration effect#4?:s key#1?:s operator#2?:s tolerationSeconds#5:i value#3?:s
TopologySpreadConstraint labelSelector#4:~@LabelSelector matchLabelKeys#8?:[]s maxSkew#1!:i minDomains#5:i nodeAffinityPolicy#6:s nodeTaintsPolicy#7:s topologyKey#2!:s whenUnsatisfiable#3!:s
Volume awsElasticBlockStore:@AWSElasticBlockStoreVolumeSource azureDisk:@AzureDiskVolumeSource azureFile:@AzureFileVolumeSource cephfs:@CephFSVolumeSource cinder:@CinderVolumeSource configMap:@ConfigMapVolumeSource csi:@CSIVolumeSource downwardAPI:@DownwardAPIVolumeSource emptyDir:@EmptyDirVolumeSource ephemeral:@EphemeralVolumeSource fc:@FCVolumeSource flexVolume:@FlexVolumeSource flocker:@FlockerVolumeSource gcePersistentDisk:@GCEPersistentDiskVolumeSource gitRepo:@GitRepoVolumeSource glusterfs:@GlusterfsVolumeSource hostPath:@HostPathVolumeSource image:@ImageVolumeSource iscsi:@ISCSIVolumeSource name#1!:s nfs:@NFSVolumeSource persistentVolumeClaim:@PersistentVolumeClaimVolumeSource photonPersistentDisk:@PhotonPersistentDiskVolumeSource portworxVolume:@PortworxVolumeSource projected:@ProjectedVolumeSource quobyte:@QuobyteVolumeSource rbd:@RBDVolumeSource scaleIO:@ScaleIOVolumeSource secret:@SecretVolumeSource storageos:@StorageOSVolumeSource vsphereVolume:@VsphereVirtualDiskVolumeSource
AWSElasticBlockStoreVolumeSource fsType#2?:s partition#3?:i readOnly#4?:b volumeID#1!:s
AzureDiskVolumeSource cachingMode#3:s diskName#1!:s diskURI#2!:s fsType#4:s kind#6:s readOnly#5:b
AzureFileVolumeSource readOnly#3?:b secretName#1!:s shareName#2!:s
CephFSVolumeSource monitors#1!:[]s path#2?:s readOnly#6?:b secretFile#4?:s secretRef#5:~@LocalObjectReference user#3?:s
CinderVolumeSource fsType#2?:s readOnly#3?:b secretRef#4:~@LocalObjectReference volumeID#1!:s
ConfigMapVolumeSource defaultMode#3:i defaultUser#5:i items#2?:[]@KeyToPath name:s optional#4:b
KeyToPath key#1!:s mode#3:i path#2!:s user#4:i
CSIVolumeSource driver#1!:s fsType#3:s nodePublishSecretRef#5:~@LocalObjectReference readOnly#2:b volumeAttributes#4?:{s}
DownwardAPIVolumeSource defaultMode#2:i defaultUser#3:i items#1?:[]@DownwardAPIVolumeFile
DownwardAPIVolumeFile fieldRef#2:~@ObjectFieldSelector mode#4:i path#1!:s resourceFieldRef#3:~@ResourceFieldSelector user#5:i
EmptyDirVolumeSource medium#1?:s mode#3:i sizeLimit#2:q
EphemeralVolumeSource volumeClaimTemplate#1:@PersistentVolumeClaimTemplate
PersistentVolumeClaimTemplate metadata#1:^@ObjectMeta spec#2!:^@PersistentVolumeClaimSpec
PersistentVolumeClaimSpec accessModes#1?:[]s dataSource#7:~@TypedLocalObjectReference dataSourceRef#8:@TypedObjectReference resources#2:^@VolumeResourceRequirements selector#4:~@LabelSelector storageClassName#5:s volumeAttributesClassName#9:s volumeMode#6:s volumeName#3?:s
TypedLocalObjectReference apiGroup#1:s kind#2!:s name#3!:s
TypedObjectReference apiGroup#1:s kind#2!:s name#3!:s namespace#4:s
VolumeResourceRequirements limits#1?:{q} requests#2?:{q}
FCVolumeSource fsType#3?:s lun#2:i readOnly#4?:b targetWWNs#1?:[]s wwids#5?:[]s
FlexVolumeSource driver#1!:s fsType#2?:s options#5?:{s} readOnly#4?:b secretRef#3:~@LocalObjectReference
FlockerVolumeSource datasetName#1?:s datasetUUID#2?:s
GCEPersistentDiskVolumeSource fsType#2?:s partition#3?:i pdName#1!:s readOnly#4?:b
GitRepoVolumeSource directory#3?:s repository#1!:s revision#2?:s
GlusterfsVolumeSource endpoints#1!:s path#2!:s readOnly#3?:b
HostPathVolumeSource path#1!:s type#2:s
ImageVolumeSource pullPolicy#2?:s reference#1?:s
ISCSIVolumeSource chapAuthDiscovery#8?:b chapAuthSession#11?:b fsType#5?:s initiatorName#12:s iqn#2!:s iscsiInterface#4?:s lun#3!:i portals#7?:[]s readOnly#6?:b secretRef#10:~@LocalObjectReference targetPortal#1!:s
NFSVolumeSource path#2!:s readOnly#3?:b server#1!:s
PersistentVolumeClaimVolumeSource claimName#1!:s readOnly#2?:b
PhotonPersistentDiskVolumeSource fsType#2?:s pdID#1!:s
PortworxVolumeSource fsType#2?:s readOnly#3?:b volumeID#1!:s
ProjectedVolumeSource defaultMode#2:i defaultUser#3:i sources#1:[]@VolumeProjection
VolumeProjection clusterTrustBundle#5:@ClusterTrustBundleProjection configMap#3:@ConfigMapProjection downwardAPI#2:@DownwardAPIProjection podCertificate#6:@PodCertificateProjection secret#1:@SecretProjection serviceAccountToken#4:@ServiceAccountTokenProjection
ClusterTrustBundleProjection labelSelector#3:~@LabelSelector name#1:s optional#5:b path#4!:s signerName#2:s user#6:i
ConfigMapProjection items#2?:[]@KeyToPath name:s optional#4:b
DownwardAPIProjection items#1?:[]@DownwardAPIVolumeFile
PodCertificateProjection certificateChainPath#6?:s credentialBundlePath#4?:s keyPath#5?:s keyType#2!?:s maxExpirationSeconds#3:i signerName#1!?:s user#8:i userAnnotations#7?:{s}
SecretProjection items#2?:[]@KeyToPath name:s optional#4:b
ServiceAccountTokenProjection audience#1?:s expirationSeconds#2:i path#3!:s user#4:i
QuobyteVolumeSource group#5?:s readOnly#3?:b registry#1!:s tenant#6?:s user#4?:s volume#2!:s
RBDVolumeSource fsType#3?:s image#2!:s keyring#6?:s monitors#1!:[]s pool#4?:s readOnly#8?:b secretRef#7:~@LocalObjectReference user#5?:s
ScaleIOVolumeSource fsType#9?:s gateway#1!:s protectionDomain#5?:s readOnly#10?:b secretRef#3!:~@LocalObjectReference sslEnabled#4?:b storageMode#7?:s storagePool#6?:s system#2!:s volumeName#8?:s
SecretVolumeSource defaultMode#3:i defaultUser#5:i items#2?:[]@KeyToPath optional#4:b secretName#1?:s
StorageOSVolumeSource fsType#3?:s readOnly#4?:b secretRef#5:~@LocalObjectReference volumeName#1?:s volumeNamespace#2?:s
VsphereVirtualDiskVolumeSource fsType#2?:s storagePolicyID#4?:s storagePolicyName#3?:s volumePath#1!:s
apps.v1.DaemonSetUpdateStrategy rollingUpdate#2:@apps.v1.RollingUpdateDaemonSet type#1?:s
apps.v1.RollingUpdateDaemonSet maxSurge#2:t maxUnavailable#1:t
apps.v1.DaemonSetStatus collisionCount#9:i conditions#10?:[type|type]@apps.v1.DaemonSetCondition currentNumberScheduled#1!:i desiredNumberScheduled#3!:i numberAvailable#7?:i numberMisscheduled#2!:i numberReady#4!:i numberUnavailable#8?:i observedGeneration#5?:i updatedNumberScheduled#6?:i
apps.v1.DaemonSetCondition lastTransitionTime#3?:T message#5?:s reason#4?:s status#2:s type#1:s
apps.v1.Deployment apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@apps.v1.DeploymentSpec status#3:^@apps.v1.DeploymentStatus
apps.v1.DeploymentSpec minReadySeconds#5?:i paused#7?:b progressDeadlineSeconds#9:i replicas#1:i revisionHistoryLimit#6:i selector#2!:~@LabelSelector strategy#4:^@apps.v1.DeploymentStrategy template#3!:^@PodTemplateSpec
apps.v1.DeploymentStrategy rollingUpdate#2:@apps.v1.RollingUpdateDeployment type#1?:s
apps.v1.RollingUpdateDeployment maxSurge#2:t maxUnavailable#1:t
apps.v1.DeploymentStatus availableReplicas#4?:i collisionCount#8:i conditions#6?:[type|type]@apps.v1.DeploymentCondition observedGeneration#1?:i readyReplicas#7?:i replicas#2?:i terminatingReplicas#9:i unavailableReplicas#5?:i updatedReplicas#3?:i
apps.v1.DeploymentCondition lastTransitionTime#7?:T lastUpdateTime#6?:T message#5?:s reason#4?:s status#2:s type#1:s
apps.v1.ReplicaSet apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@apps.v1.ReplicaSetSpec status#3:^@apps.v1.ReplicaSetStatus
apps.v1.ReplicaSetSpec minReadySeconds#4?:i replicas#1:i selector#2!:~@LabelSelector template#3:^@PodTemplateSpec
apps.v1.ReplicaSetStatus availableReplicas#5?:i conditions#6?:[type|type]@apps.v1.ReplicaSetCondition fullyLabeledReplicas#2?:i observedGeneration#3?:i readyReplicas#4?:i replicas#1!:i terminatingReplicas#7:i
apps.v1.ReplicaSetCondition lastTransitionTime#3?:T message#5?:s reason#4?:s status#2:s type#1:s
apps.v1.StatefulSet apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@apps.v1.StatefulSetSpec status#3:^@apps.v1.StatefulSetStatus
apps.v1.StatefulSetSpec minReadySeconds#9?:i ordinals#11:@apps.v1.StatefulSetOrdinals persistentVolumeClaimRetentionPolicy#10:@apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy podManagementPolicy#6?:s replicas#1:i revisionHistoryLimit#8:i selector#2!:~@LabelSelector serviceName#5:s template#3!:^@PodTemplateSpec updateStrategy#7:^@apps.v1.StatefulSetUpdateStrategy volumeClaimTemplates#4?:[]@PersistentVolumeClaim
apps.v1.StatefulSetOrdinals start#1:i
apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted#1?:s whenScaled#2?:s
apps.v1.StatefulSetUpdateStrategy rollingUpdate#2:@apps.v1.RollingUpdateStatefulSetStrategy type#1?:s
apps.v1.RollingUpdateStatefulSetStrategy maxUnavailable#2:t partition#1:i
PersistentVolumeClaim apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@PersistentVolumeClaimSpec status#3:^@PersistentVolumeClaimStatus
PersistentVolumeClaimStatus accessModes#2?:[]s allocatedResourceStatuses#7?:{s} allocatedResources#5?:{q} capacity#3?:{q} conditions#4?:[type|type]@PersistentVolumeClaimCondition currentVolumeAttributesClassName#8:s healthStatus#10:@VolumeHealthStatus modifyVolumeStatus#9:@ModifyVolumeStatus phase#1?:s
PersistentVolumeClaimCondition lastProbeTime#3?:T lastTransitionTime#4?:T message#6?:s reason#5?:s status#2!:s type#1!:s
VolumeHealthStatus healthConditions#1?:[status,reason|status]@VolumeHealthCondition lastTransitionTime#2?:T
VolumeHealthCondition message#3?:s reason#2!:s status#1!:s
ModifyVolumeStatus status#2!:s targetVolumeAttributesClassName#1?:s
apps.v1.StatefulSetStatus availableReplicas#11:i collisionCount#9:i conditions#10?:[type|type]@apps.v1.StatefulSetCondition currentReplicas#4?:i currentRevision#6?:s observedGeneration#1?:i readyReplicas#3?:i replicas#2!:i updateRevision#7?:s updatedReplicas#5?:i
apps.v1.StatefulSetCondition lastTransitionTime#3?:T message#5?:s reason#4?:s status#2:s type#1:s
authentication.v1.SelfSubjectReview apiVersion:s kind:s metadata#1:^@ObjectMeta status#2:^@authentication.v1.SelfSubjectReviewStatus
authentication.v1.SelfSubjectReviewStatus userInfo#1:^@authentication.v1.UserInfo
authentication.v1.UserInfo extra#4?:{[]s} groups#3?:[]s uid#2?:s username#1?:s
authentication.v1.TokenRequest apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@authentication.v1.TokenRequestSpec status#3:^@authentication.v1.TokenRequestStatus
authentication.v1.TokenRequestSpec attestations#5?:{[]s} audiences#1:[]s boundObjectRef#3:@authentication.v1.BoundObjectReference expirationSeconds#4:i
authentication.v1.BoundObjectReference apiVersion#2?:s kind#1?:s name#3?:s uid?:s
authentication.v1.TokenRequestStatus expirationTimestamp#2:T token#1:s
authentication.v1.TokenReview apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@authentication.v1.TokenReviewSpec status#3:^@authentication.v1.TokenReviewStatus
authentication.v1.TokenReviewSpec audiences#2?:[]s token#1!?:s
authentication.v1.TokenReviewStatus audiences#4?:[]s authenticated#1?:b error#3?:s user#2:^@authentication.v1.UserInfo
authorization.v1.LocalSubjectAccessReview apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@authorization.v1.SubjectAccessReviewSpec status#3:^@authorization.v1.SubjectAccessReviewStatus
authorization.v1.SubjectAccessReviewSpec extra#5?:{[]s} groups#4?:[]s nonResourceAttributes#2:@authorization.v1.NonResourceAttributes resourceAttributes#1:@authorization.v1.ResourceAttributes uid#6?:s user#3?:s
authorization.v1.NonResourceAttributes path#1?:s verb#2?:s
authorization.v1.ResourceAttributes fieldSelector#8:@authorization.v1.FieldSelectorAttributes group#3?:s labelSelector#9:@authorization.v1.LabelSelectorAttributes name#7?:s namespace#1?:s resource#5?:s subresource#6?:s verb#2?:s version#4?:s
authorization.v1.FieldSelectorAttributes rawSelector#1?:s requirements#2?:[]@FieldSelectorRequirement
FieldSelectorRequirement key#1!:s operator#2!:s values#3?:[]s
authorization.v1.LabelSelectorAttributes rawSelector#1?:s requirements#2?:[]@LabelSelectorRequirement
authorization.v1.SubjectAccessReviewStatus allowed#1!:b denied#4?:b evaluationError#3?:s reason#2?:s
authorization.v1.SelfSubjectAccessReview apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@authorization.v1.SelfSubjectAccessReviewSpec status#3:^@authorization.v1.SubjectAccessReviewStatus
authorization.v1.SelfSubjectAccessReviewSpec nonResourceAttributes#2:@authorization.v1.NonResourceAttributes resourceAttributes#1:@authorization.v1.ResourceAttributes
authorization.v1.SelfSubjectRulesReview apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@authorization.v1.SelfSubjectRulesReviewSpec status#3:^@authorization.v1.SubjectRulesReviewStatus
authorization.v1.SelfSubjectRulesReviewSpec namespace#1?:s
authorization.v1.SubjectRulesReviewStatus evaluationError#4?:s incomplete#3!:b nonResourceRules#2!:[]@authorization.v1.NonResourceRule resourceRules#1!:[]@authorization.v1.ResourceRule
authorization.v1.NonResourceRule nonResourceURLs#2?:[]s verbs#1!:[]s
authorization.v1.ResourceRule apiGroups#2?:[]s resourceNames#4?:[]s resources#3?:[]s verbs#1!:[]s
authorization.v1.SubjectAccessReview apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@authorization.v1.SubjectAccessReviewSpec status#3:^@authorization.v1.SubjectAccessReviewStatus
autoscaling.v1.HorizontalPodAutoscaler apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@autoscaling.v1.HorizontalPodAutoscalerSpec status#3:^@autoscaling.v1.HorizontalPodAutoscalerStatus
autoscaling.v1.HorizontalPodAutoscalerSpec maxReplicas#3!:i minReplicas#2:i scaleTargetRef#1!:^~@autoscaling.v1.CrossVersionObjectReference targetCPUUtilizationPercentage#4:i
autoscaling.v1.CrossVersionObjectReference apiVersion#3?:s kind#1!:s name#2!:s
autoscaling.v1.HorizontalPodAutoscalerStatus currentCPUUtilizationPercentage#5:i currentReplicas#3!:i desiredReplicas#4!:i lastScaleTime#2:T observedGeneration#1:i
autoscaling.v1.Scale apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@autoscaling.v1.ScaleSpec status#3:^@autoscaling.v1.ScaleStatus
autoscaling.v1.ScaleSpec replicas#1?:i
autoscaling.v1.ScaleStatus replicas#1!:i selector#2?:s
autoscaling.v2.HorizontalPodAutoscaler apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@autoscaling.v2.HorizontalPodAutoscalerSpec status#3:^@autoscaling.v2.HorizontalPodAutoscalerStatus
autoscaling.v2.HorizontalPodAutoscalerSpec behavior#5:@autoscaling.v2.HorizontalPodAutoscalerBehavior maxReplicas#3!:i metrics#4?:[]@autoscaling.v2.MetricSpec minReplicas#2:i scaleTargetRef#1!:^@autoscaling.v2.CrossVersionObjectReference
autoscaling.v2.HorizontalPodAutoscalerBehavior scaleDown#2:@autoscaling.v2.HPAScalingRules scaleUp#1:@autoscaling.v2.HPAScalingRules
autoscaling.v2.HPAScalingRules policies#2?:[]@autoscaling.v2.HPAScalingPolicy selectPolicy#1:s stabilizationWindowSeconds#3:i tolerance#4:q
autoscaling.v2.HPAScalingPolicy periodSeconds#3!:i type#1!:s value#2!:i
autoscaling.v2.MetricSpec containerResource#7:@autoscaling.v2.ContainerResourceMetricSource external#5:@autoscaling.v2.ExternalMetricSource object#2:@autoscaling.v2.ObjectMetricSource pods#3:@autoscaling.v2.PodsMetricSource resource#4:@autoscaling.v2.ResourceMetricSource type#1!:s
autoscaling.v2.ContainerResourceMetricSource container#3!:s name#1!:s target#2!:^@autoscaling.v2.MetricTarget
autoscaling.v2.MetricTarget averageUtilization#4:i averageValue#3:q type#1!:s value#2:q
autoscaling.v2.ExternalMetricSource metric#1!:^@autoscaling.v2.MetricIdentifier target#2!:^@autoscaling.v2.MetricTarget
autoscaling.v2.MetricIdentifier name#1!:s selector#2:~@LabelSelector
autoscaling.v2.ObjectMetricSource describedObject#1!:^@autoscaling.v2.CrossVersionObjectReference metric#3!:^@autoscaling.v2.MetricIdentifier target#2!:^@autoscaling.v2.MetricTarget
autoscaling.v2.CrossVersionObjectReference apiVersion#3?:s kind#1!:s name#2!:s
autoscaling.v2.PodsMetricSource metric#1!:^@autoscaling.v2.MetricIdentifier target#2!:^@autoscaling.v2.MetricTarget
autoscaling.v2.ResourceMetricSource name#1!:s target#2!:^@autoscaling.v2.MetricTarget
autoscaling.v2.HorizontalPodAutoscalerStatus conditions#6?:[type|type]@autoscaling.v2.HorizontalPodAutoscalerCondition currentMetrics#5:[]@autoscaling.v2.MetricStatus currentReplicas#3?:i desiredReplicas#4!:i lastScaleTime#2:T observedGeneration#1:i
autoscaling.v2.HorizontalPodAutoscalerCondition lastTransitionTime#3?:T message#5?:s observedGeneration#6:i reason#4?:s status#2!:s type#1!:s
autoscaling.v2.MetricStatus containerResource#7:@autoscaling.v2.ContainerResourceMetricStatus external#5:@autoscaling.v2.ExternalMetricStatus object#2:@autoscaling.v2.ObjectMetricStatus pods#3:@autoscaling.v2.PodsMetricStatus resource#4:@autoscaling.v2.ResourceMetricStatus type#1!:s
autoscaling.v2.ContainerResourceMetricStatus container#3!:s current#2!:^@autoscaling.v2.MetricValueStatus name#1!:s
autoscaling.v2.MetricValueStatus averageUtilization#3:i averageValue#2:q value#1:q
autoscaling.v2.ExternalMetricStatus current#2!:^@autoscaling.v2.MetricValueStatus metric#1!:^@autoscaling.v2.MetricIdentifier
autoscaling.v2.ObjectMetricStatus current#2!:^@autoscaling.v2.MetricValueStatus describedObject#3!:^@autoscaling.v2.CrossVersionObjectReference metric#1!:^@autoscaling.v2.MetricIdentifier
autoscaling.v2.PodsMetricStatus current#2!:^@autoscaling.v2.MetricValueStatus metric#1!:^@autoscaling.v2.MetricIdentifier
autoscaling.v2.ResourceMetricStatus current#2!:^@autoscaling.v2.MetricValueStatus name#1!:s
batch.v1.CronJob apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@batch.v1.CronJobSpec status#3:^@batch.v1.CronJobStatus
batch.v1.CronJobSpec concurrencyPolicy#3?:s failedJobsHistoryLimit#7:i jobTemplate#5!:^@batch.v1.JobTemplateSpec schedule#1!:s startingDeadlineSeconds#2:i successfulJobsHistoryLimit#6:i suspend#4:b timeZone#8:s
batch.v1.JobTemplateSpec metadata#1:^@ObjectMeta spec#2:^@batch.v1.JobSpec
batch.v1.JobSpec activeDeadlineSeconds#3:i backoffLimit#7:i backoffLimitPerIndex#12:i completionMode#9:s completions#2:i managedBy#15:s manualSelector#5:b maxFailedIndexes#13:i parallelism#1:i podFailurePolicy#11:@batch.v1.PodFailurePolicy podReplacementPolicy#14:s scheduling#17:@batch.v1.JobSchedulingConfiguration selector#4:~@LabelSelector successPolicy#16:@batch.v1.SuccessPolicy suspend#10:b template#6!:^@PodTemplateSpec ttlSecondsAfterFinished#8:i
batch.v1.PodFailurePolicy rules#1!:[]@batch.v1.PodFailurePolicyRule
batch.v1.PodFailurePolicyRule action#1!:s onExitCodes#2:@batch.v1.PodFailurePolicyOnExitCodesRequirement onPodConditions#3?:[]@batch.v1.PodFailurePolicyOnPodConditionsPattern
batch.v1.PodFailurePolicyOnExitCodesRequirement containerName#1:s operator#2!:s values#3!:[=]i
batch.v1.PodFailurePolicyOnPodConditionsPattern status#2:s type#1!:s
batch.v1.JobSchedulingConfiguration disruptionMode#3:@scheduling.v1alpha3.WorkloadPodGroupDisruptionMode resourceClaims#4?:[name|name]@scheduling.v1alpha3.WorkloadPodGroupResourceClaim schedulingConstraints#2:@scheduling.v1alpha3.WorkloadPodGroupSchedulingConstraints schedulingPolicy#1:@scheduling.v1alpha3.WorkloadPodGroupSchedulingPolicy
scheduling.v1alpha3.WorkloadPodGroupDisruptionMode all#2:o single#1:o
scheduling.v1alpha3.WorkloadPodGroupResourceClaim name#1!:s resourceClaimName#2:s resourceClaimTemplateName#3:s
scheduling.v1alpha3.WorkloadPodGroupSchedulingConstraints topology#1?:[]@scheduling.v1alpha3.TopologyConstraint
scheduling.v1alpha3.TopologyConstraint key#1!:s
scheduling.v1alpha3.WorkloadPodGroupSchedulingPolicy basic#1:o gang#2:@scheduling.v1alpha3.WorkloadPodGroupGangSchedulingPolicy
scheduling.v1alpha3.WorkloadPodGroupGangSchedulingPolicy minCount#1:i
batch.v1.SuccessPolicy rules#1!:[]@batch.v1.SuccessPolicyRule
batch.v1.SuccessPolicyRule succeededCount#2:i succeededIndexes#1:s
batch.v1.CronJobStatus active#1?:[]~@ObjectReference lastScheduleTime#4:T lastSuccessfulTime#5:T
ObjectReference apiVersion#5?:s fieldPath#7?:s kind#1?:s name#3?:s namespace#2?:s resourceVersion#6?:s uid#4?:s
batch.v1.Job apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@batch.v1.JobSpec status#3:^@batch.v1.JobStatus
batch.v1.JobStatus active#4?:i completedIndexes#7?:s completionTime#3:T conditions#1?:[|type]@batch.v1.JobCondition failed#6?:i failedIndexes#10:s ready#9:i startTime#2:T succeeded#5?:i terminating#11:i uncountedTerminatedPods#8:@batch.v1.UncountedTerminatedPods
batch.v1.JobCondition lastProbeTime#3?:T lastTransitionTime#4?:T message#6?:s reason#5?:s status#2!:s type#1!:s
batch.v1.UncountedTerminatedPods failed#2?:[=]s succeeded#1?:[=]s
certificates.v1.CertificateSigningRequest apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@certificates.v1.CertificateSigningRequestSpec status#3:^@certificates.v1.CertificateSigningRequestStatus
certificates.v1.CertificateSigningRequestSpec expirationSeconds#8:i extra#6?:{[]s} groups#4?:[]s request#1!:B signerName#7!:s uid#3?:s usages#5?:[]s username#2?:s
certificates.v1.CertificateSigningRequestStatus certificate#2?:B conditions#1?:[type]@certificates.v1.CertificateSigningRequestCondition
certificates.v1.CertificateSigningRequestCondition lastTransitionTime#5?:T lastUpdateTime#4?:T message#3?:s reason#2?:s status#6!:s type#1!:s
certificates.v1.ClusterTrustBundle apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@certificates.v1.ClusterTrustBundleSpec
certificates.v1.ClusterTrustBundleSpec signerName#1?:s trustBundle#2!:s
certificates.v1.PodCertificateRequest apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@certificates.v1.PodCertificateRequestSpec status#3:^@certificates.v1.PodCertificateRequestStatus
certificates.v1.PodCertificateRequestSpec maxExpirationSeconds#8:i nodeName#6!:s nodeUID#7!:s podName#2!:s podUID#3!:s serviceAccountName#4!:s serviceAccountUID#5!:s signerName#1!:s stubPKCS10Request#12!:B unverifiedUserAnnotations#11?:{s}
certificates.v1.PodCertificateRequestStatus beginRefreshAt#5:T certificateChain#2?:s conditions#1?:[type|type]@Condition notAfter#6:T notBefore#4:T
coordination.v1.Lease apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@coordination.v1.LeaseSpec
coordination.v1.LeaseSpec acquireTime#3:T holderIdentity#1:s leaseDurationSeconds#2:i leaseTransitions#5:i preferredHolder#7:s renewTime#4:T strategy#6:s
Binding apiVersion:s kind:s metadata#1:^@ObjectMeta target#2!:^~@ObjectReference
ComponentStatus apiVersion:s conditions#2?:[type|type]@ComponentCondition kind:s metadata#1:^@ObjectMeta
ComponentCondition error#4?:s message#3?:s status#2!:s type#1!:s
ConfigMap apiVersion:s binaryData#3?:{B} data#2?:{s} immutable#4:b kind:s metadata#1:^@ObjectMeta
Endpoints apiVersion:s kind:s metadata#1:^@ObjectMeta subsets#2?:[]@EndpointSubset
EndpointSubset addresses#1?:[]~@EndpointAddress notReadyAddresses#2?:[]~@EndpointAddress ports#3?:[]~@EndpointPort
EndpointAddress hostname#3?:s ip#1!:s nodeName#4:s targetRef#2:~@ObjectReference
EndpointPort appProtocol#4:s name#1?:s port#2!:i protocol#3?:s
Event action#12?:s apiVersion:s count#8?:i eventTime#10?:T firstTimestamp#6?:T involvedObject#2!:^~@ObjectReference kind:s lastTimestamp#7?:T message#4?:s metadata#1!:^@ObjectMeta reason#3?:s related#13:~@ObjectReference reportingComponent#14:s reportingInstance#15:s series#11:@EventSeries source#5:^@EventSource type#9?:s
EventSeries count#1?:i lastObservedTime#2?:T
EventSource component#1?:s host#2?:s
LimitRange apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@LimitRangeSpec
LimitRangeSpec limits#1!:[]@LimitRangeItem
LimitRangeItem default#4?:{q} defaultRequest#5?:{q} max#2?:{q} maxLimitRequestRatio#6?:{q} min#3?:{q} type#1!:s
Namespace apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@NamespaceSpec status#3:^@NamespaceStatus
NamespaceSpec finalizers#1?:[]s
NamespaceStatus conditions#2?:[type|type]@NamespaceCondition phase#1?:s
NamespaceCondition lastTransitionTime#4?:T message#6?:s reason#5?:s status#2!:s type#1!:s
Node apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@NodeSpec status#3:^@NodeStatus
NodeSpec configSource#6:@NodeConfigSource externalID#2?:s podCIDR#1?:s podCIDRs#7?:[=|=]s podPreemptionPolicy#8:@NodePodPreemptionPolicy providerID#3?:s taints#5?:[]@Taint unschedulable#4?:b
NodeConfigSource configMap#2:@ConfigMapNodeConfigSource
ConfigMapNodeConfigSource kubeletConfigKey#5!:s name#2!:s namespace#1!:s resourceVersion#4?:s uid#3?:s
NodePodPreemptionPolicy disableResizePreemption#1?:[=]s
Taint effect#3!:s key#1!:s timeAdded#4:T value#2?:s
NodeStatus addresses#5?:[type|type]@NodeAddress allocatable#2?:{q} capacity#1?:{q} conditions#4?:[type|type]@NodeCondition config#11:@NodeConfigStatus daemonEndpoints#6:^@NodeDaemonEndpoints declaredFeatures#14?:[]s features#13:@NodeFeatures images#8?:[]@ContainerImage nodeInfo#7:^@NodeSystemInfo phase#3?:s runtimeHandlers#12?:[]@NodeRuntimeHandler volumesAttached#10?:[]@AttachedVolume volumesInUse#9?:[]s
NodeAddress address#2!:s type#1!:s
NodeCondition lastHeartbeatTime#3?:T lastTransitionTime#4?:T message#6?:s reason#5?:s status#2!:s type#1!:s
NodeConfigStatus active#2:@NodeConfigSource assigned#1:@NodeConfigSource error#4?:s lastKnownGood#3:@NodeConfigSource
NodeDaemonEndpoints kubeletEndpoint#1:^@DaemonEndpoint
DaemonEndpoint Port!:i
NodeFeatures supplementalGroupsPolicy#1:b
ContainerImage names#1:[]s sizeBytes#2?:i
NodeSystemInfo architecture#10!:s bootID#3!:s containerRuntimeVersion#6!:s kernelVersion#4!:s kubeProxyVersion#8!:s kubeletVersion#7!:s machineID#1!:s operatingSystem#9!:s osImage#5!:s runningInUserNamespace#12:b swap#11:@NodeSwapStatus systemUUID#2!:s
NodeSwapStatus capacity#1:i
NodeRuntimeHandler features#2:@NodeRuntimeHandlerFeatures name#1:s
NodeRuntimeHandlerFeatures recursiveReadOnlyMounts#1:b userNamespaces#2:b
AttachedVolume devicePath#2!:s name#1!:s
PersistentVolume apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@PersistentVolumeSpec status#3:^@PersistentVolumeStatus
PersistentVolumeSpec accessModes#3?:[]s awsElasticBlockStore:@AWSElasticBlockStoreVolumeSource azureDisk:@AzureDiskVolumeSource azureFile:@AzureFilePersistentVolumeSource capacity#1?:{q} cephfs:@CephFSPersistentVolumeSource cinder:@CinderPersistentVolumeSource claimRef#4:~@ObjectReference csi:@CSIPersistentVolumeSource fc:@FCVolumeSource flexVolume:@FlexPersistentVolumeSource flocker:@FlockerVolumeSource gcePersistentDisk:@GCEPersistentDiskVolumeSource glusterfs:@GlusterfsPersistentVolumeSource hostPath:@HostPathVolumeSource iscsi:@ISCSIPersistentVolumeSource local:@LocalVolumeSource mountOptions#7?:[]s nfs:@NFSVolumeSource nodeAffinity#9:@VolumeNodeAffinity persistentVolumeReclaimPolicy#5?:s photonPersistentDisk:@PhotonPersistentDiskVolumeSource portworxVolume:@PortworxVolumeSource quobyte:@QuobyteVolumeSource rbd:@RBDPersistentVolumeSource scaleIO:@ScaleIOPersistentVolumeSource storageClassName#6?:s storageos:@StorageOSPersistentVolumeSource volumeAttributesClassName#10:s volumeMode#8:s vsphereVolume:@VsphereVirtualDiskVolumeSource
AzureFilePersistentVolumeSource readOnly#3?:b secretName#1!:s secretNamespace#4:s shareName#2!:s
CephFSPersistentVolumeSource monitors#1!:[]s path#2?:s readOnly#6?:b secretFile#4?:s secretRef#5:~@SecretReference user#3?:s
SecretReference name#1?:s namespace#2?:s
CinderPersistentVolumeSource fsType#2?:s readOnly#3?:b secretRef#4:~@SecretReference volumeID#1!:s
CSIPersistentVolumeSource controllerExpandSecretRef#9:~@SecretReference controllerPublishSecretRef#6:~@SecretReference driver#1!:s fsType#4?:s nodeExpandSecretRef#10:~@SecretReference nodePublishSecretRef#8:~@SecretReference nodeStageSecretRef#7:~@SecretReference readOnly#3?:b volumeAttributes#5?:{s} volumeHandle#2!:s
FlexPersistentVolumeSource driver#1!:s fsType#2?:s options#5?:{s} readOnly#4?:b secretRef#3:~@SecretReference
GlusterfsPersistentVolumeSource endpoints#1!:s endpointsNamespace#4:s path#2!:s readOnly#3?:b
ISCSIPersistentVolumeSource chapAuthDiscovery#8?:b chapAuthSession#11?:b fsType#5?:s initiatorName#12:s iqn#2!:s iscsiInterface#4?:s lun#3!:i portals#7?:[]s readOnly#6?:b secretRef#10:~@SecretReference targetPortal#1!:s
LocalVolumeSource fsType#2:s path#1!:s
VolumeNodeAffinity required#1:~@NodeSelector
RBDPersistentVolumeSource fsType#3?:s image#2!:s keyring#6?:s monitors#1!:[]s pool#4?:s readOnly#8?:b secretRef#7:~@SecretReference user#5?:s
ScaleIOPersistentVolumeSource fsType#9?:s gateway#1!:s protectionDomain#5?:s readOnly#10?:b secretRef#3!:~@SecretReference sslEnabled#4?:b storageMode#7?:s storagePool#6?:s system#2!:s volumeName#8?:s
StorageOSPersistentVolumeSource fsType#3?:s readOnly#4?:b secretRef#5:~@ObjectReference volumeName#1?:s volumeNamespace#2?:s
PersistentVolumeStatus lastPhaseTransitionTime#4:T message#2?:s phase#1?:s reason#3?:s
Pod apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@PodSpec status#3:^@PodStatus
PodStatus allocatedResources#19?:{q} conditions#2?:[type|type]@PodCondition containerStatuses#8?:[]@ContainerStatus ephemeralContainerStatuses#13?:[]@ContainerStatus extendedResourceClaimStatus#18:@PodExtendedResourceClaimStatus hostIP#5?:s hostIPs#16?:[|ip]@HostIP initContainerStatuses#10?:[]@ContainerStatus message#3?:s nodeAllocatableResourceClaimStatuses#21?:[resourceClaimName|resourceClaimName]@NodeAllocatableResourceClaimStatus nominatedNodeName#11?:s observedGeneration#17?:i phase#1?:s podIP#6?:s podIPs#12?:[ip|ip]@PodIP qosClass#9?:s reason#4?:s resize#14?:s resourceClaimStatuses#15?:[name|name]@PodResourceClaimStatus resources#20:@ResourceRequirements startTime#7:T volumeHealth#22?:[name]@PodVolumeHealth
PodCondition lastProbeTime#3?:T lastTransitionTime#4?:T message#6?:s observedGeneration#7?:i reason#5?:s status#2!:s type#1!:s
ContainerStatus allocatedResources#10?:{q} allocatedResourcesStatus#14?:[name|name]@ResourceStatus containerID#8?:s image#6!:s imageID#7!:s lastState#3:^@ContainerState name#1!:s ready#4!:b resources#11:@ResourceRequirements restartCount#5!:i started#9:b state#2:^@ContainerState stopSignal#15:s user#13:@ContainerUser volumeMounts#12?:[mountPath|mountPath]@VolumeMountStatus
ResourceStatus name#1!:s resources#2?:[resourceID]@ResourceHealth
ResourceHealth health#2?:s message#6:s resourceID#1!:s
ContainerState running#2:@ContainerStateRunning terminated#3:@ContainerStateTerminated waiting#1:@ContainerStateWaiting
ContainerStateRunning startedAt#1?:T
ContainerStateTerminated containerID#7?:s exitCode#1!:i finishedAt#6?:T message#4?:s reason#3?:s signal#2?:i startedAt#5?:T
ContainerStateWaiting message#2?:s reason#1?:s
ContainerUser linux#1:@LinuxContainerUser
LinuxContainerUser gid#2!:i supplementalGroups#3?:[]i uid#1!:i
VolumeMountStatus mountPath#2!:s name#1!:s readOnly#3?:b recursiveReadOnly#4:s volumeStatus#5:@VolumeStatus
VolumeStatus image#1:@ImageVolumeStatus
ImageVolumeStatus imageRef#1!?:s
PodExtendedResourceClaimStatus requestMappings#1!:[]@ContainerExtendedResourceRequest resourceClaimName#2!:s
ContainerExtendedResourceRequest containerName#1!:s requestName#3!:s resourceName#2!:s
HostIP ip#1!:s
NodeAllocatableResourceClaimStatus containers#2?:[=]s mapping#4?:[name|name]@NodeAllocatableMappedResources overhead#5?:[name|name]@NodeAllocatableOverheadResources resourceClaimName#1!:s
NodeAllocatableMappedResources name#1!:s quantity#2!:q
NodeAllocatableOverheadResources name#1!:s perContainer#3:q perPod#2:q
PodIP ip#1!:s
PodResourceClaimStatus name#1!:s resourceClaimName#2:s
PodVolumeHealth healthConditions#2?:[status,reason|status]@VolumeHealthCondition lastTransitionTime#3?:T name#1!:s
PodTemplate apiVersion:s kind:s metadata#1:^@ObjectMeta template#2:^@PodTemplateSpec
ReplicationController apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@ReplicationControllerSpec status#3:^@ReplicationControllerStatus
ReplicationControllerSpec minReadySeconds#4?:i replicas#1:i selector#2?:~{s} template#3:@PodTemplateSpec
ReplicationControllerStatus availableReplicas#5?:i conditions#6?:[type|type]@ReplicationControllerCondition fullyLabeledReplicas#2?:i observedGeneration#3?:i readyReplicas#4?:i replicas#1!:i
ReplicationControllerCondition lastTransitionTime#3?:T message#5?:s reason#4?:s status#2!:s type#1!:s
ResourceQuota apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@ResourceQuotaSpec status#3:^@ResourceQuotaStatus
ResourceQuotaSpec hard#1?:{q} scopeSelector#3:~@ScopeSelector scopes#2?:[]s
ScopeSelector matchExpressions#1?:[]@ScopedResourceSelectorRequirement
ScopedResourceSelectorRequirement operator#2!:s scopeName#1!:s values#3?:[]s
ResourceQuotaStatus hard#1?:{q} used#2?:{q}
Secret apiVersion:s data#2?:{B} immutable#5:b kind:s metadata#1:^@ObjectMeta stringData#4?:{s} type#3?:s
Service apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@ServiceSpec status#3:^@ServiceStatus
ServiceSpec allocateLoadBalancerNodePorts#20:b clusterIP#3?:s clusterIPs#18?:[]s externalIPs#5?:[]s externalName#10?:s externalTrafficPolicy#11?:s healthCheckNodePort#12?:i internalTrafficPolicy#22:s ipFamilies#19?:[]s ipFamilyPolicy#17:s loadBalancerClass#21:s loadBalancerIP#8?:s loadBalancerSourceRanges#9?:[]s ports#1?:[port,protocol|port]@ServicePort publishNotReadyAddresses#13?:b selector#2?:~{s} sessionAffinity#7?:s sessionAffinityConfig#14:@SessionAffinityConfig trafficDistribution#23:s type#4?:s
ServicePort appProtocol#6:s name#1?:s nodePort#5?:i port#3!:i protocol#2?:s targetPort#4?:t
SessionAffinityConfig clientIP#1:@ClientIPConfig
ClientIPConfig timeoutSeconds#1:i
ServiceStatus conditions#2?:[type|type]@Condition loadBalancer#1:^@LoadBalancerStatus
LoadBalancerStatus ingress#1?:[]@LoadBalancerIngress
LoadBalancerIngress hostname#2?:s ip#1?:s ipMode#3:s ports#4?:[]@PortStatus
PortStatus error#3:s port#1!:i protocol#2!:s
ServiceAccount apiVersion:s automountServiceAccountToken#4:b imagePullSecrets#3?:[]~@LocalObjectReference kind:s metadata#1:^@ObjectMeta secrets#2?:[name|name]~@ObjectReference
discovery.v1.EndpointSlice addressType#4!:s apiVersion:s endpoints#2:[]@discovery.v1.Endpoint kind:s metadata#1:^@ObjectMeta ports#3:[]~@discovery.v1.EndpointPort
discovery.v1.Endpoint addresses#1!:[=]s conditions#2:^@discovery.v1.EndpointConditions deprecatedTopology#5?:{s} hints#8:@discovery.v1.EndpointHints hostname#3:s nodeName#6:s targetRef#4:~@ObjectReference zone#7:s
discovery.v1.EndpointConditions ready#1:b serving#2:b terminating#3:b
discovery.v1.EndpointHints forNodes#2?:[]@discovery.v1.ForNode forZones#1?:[]@discovery.v1.ForZone
discovery.v1.ForNode name#1!:s
discovery.v1.ForZone name#1!:s
discovery.v1.EndpointPort appProtocol#4:s name#1:s port#3:i protocol#2:s
events.v1.Event action#6?:s apiVersion:s deprecatedCount#15?:i deprecatedFirstTimestamp#13?:T deprecatedLastTimestamp#14?:T deprecatedSource#12:^@EventSource eventTime#2!:T kind:s metadata#1:^@ObjectMeta note#10?:s reason#7?:s regarding#8:^~@ObjectReference related#9:~@ObjectReference reportingController#4?:s reportingInstance#5?:s series#3:@events.v1.EventSeries type#11?:s
events.v1.EventSeries count#1!:i lastObservedTime#2!:T
networking.v1.IPAddress apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@networking.v1.IPAddressSpec
networking.v1.IPAddressSpec parentRef#1!:@networking.v1.ParentReference
networking.v1.ParentReference group#1?:s name#4!?:s namespace#3?:s resource#2!?:s
networking.v1.Ingress apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@networking.v1.IngressSpec status#3:^@networking.v1.IngressStatus
networking.v1.IngressSpec defaultBackend#1:@networking.v1.IngressBackend ingressClassName#4:s rules#3?:[]@networking.v1.IngressRule tls#2?:[]@networking.v1.IngressTLS
networking.v1.IngressBackend resource#3:~@TypedLocalObjectReference service#4:@networking.v1.IngressServiceBackend
networking.v1.IngressServiceBackend name#1!:s port#2:^~@networking.v1.ServiceBackendPort
networking.v1.ServiceBackendPort name#1?:s number#2?:i
networking.v1.IngressRule host#1?:s http:@networking.v1.HTTPIngressRuleValue
networking.v1.HTTPIngressRuleValue paths#1!:[]@networking.v1.HTTPIngressPath
networking.v1.HTTPIngressPath backend#2!:^@networking.v1.IngressBackend path#1?:s pathType#3!:s
networking.v1.IngressTLS hosts#1?:[]s secretName#2?:s
networking.v1.IngressStatus loadBalancer#1:^@networking.v1.IngressLoadBalancerStatus
networking.v1.IngressLoadBalancerStatus ingress#1?:[]@networking.v1.IngressLoadBalancerIngress
networking.v1.IngressLoadBalancerIngress hostname#2?:s ip#1?:s ports#4?:[]@networking.v1.IngressPortStatus
networking.v1.IngressPortStatus error#3:s port#1!:i protocol#2!:s
networking.v1.IngressClass apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@networking.v1.IngressClassSpec
networking.v1.IngressClassSpec controller#1?:s parameters#2:@networking.v1.IngressClassParametersReference
networking.v1.IngressClassParametersReference apiGroup:s kind#2!:s name#3!:s namespace#5:s scope#4:s
networking.v1.NetworkPolicy apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@networking.v1.NetworkPolicySpec
networking.v1.NetworkPolicySpec egress#3?:[]@networking.v1.NetworkPolicyEgressRule ingress#2?:[]@networking.v1.NetworkPolicyIngressRule podSelector#1:^~@LabelSelector policyTypes#4?:[]s
networking.v1.NetworkPolicyEgressRule ports#1?:[]@networking.v1.NetworkPolicyPort to#2?:[]@networking.v1.NetworkPolicyPeer
networking.v1.NetworkPolicyPort endPort#3:i port#2:t protocol#1:s
networking.v1.NetworkPolicyPeer ipBlock#3:@networking.v1.IPBlock namespaceSelector#2:~@LabelSelector podSelector#1:~@LabelSelector
networking.v1.IPBlock cidr#1!:s except#2?:[]s
networking.v1.NetworkPolicyIngressRule from#2?:[]@networking.v1.NetworkPolicyPeer ports#1?:[]@networking.v1.NetworkPolicyPort
networking.v1.ServiceCIDR apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@networking.v1.ServiceCIDRSpec status#3:^@networking.v1.ServiceCIDRStatus
networking.v1.ServiceCIDRSpec cidrs#1?:[]s
networking.v1.ServiceCIDRStatus conditions#1?:[type|type]@Condition
node.v1.RuntimeClass apiVersion:s handler#2!:s kind:s metadata#1:^@ObjectMeta overhead#3:@node.v1.Overhead scheduling#4:@node.v1.Scheduling
node.v1.Overhead podFixed#1?:{q}
node.v1.Scheduling nodeSelector#1?:~{s} tolerations#2?:[]@Toleration
policy.v1.Eviction apiVersion:s deleteOptions#2:@DeleteOptions kind:s metadata#1:^@ObjectMeta
DeleteOptions apiVersion:s dryRun#5?:[]s gracePeriodSeconds#1:i ignoreStoreReadErrorWithClusterBreakingPotential#6:b kind:s orphanDependents#3:b preconditions#2:@Preconditions propagationPolicy#4:s
Preconditions resourceVersion#2:s uid#1:s
policy.v1.PodDisruptionBudget apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@policy.v1.PodDisruptionBudgetSpec status#3:^@policy.v1.PodDisruptionBudgetStatus
policy.v1.PodDisruptionBudgetSpec maxUnavailable#3:t minAvailable#1:t selector#2:~@LabelSelector unhealthyPodEvictionPolicy#4:s
policy.v1.PodDisruptionBudgetStatus conditions#7?:[type|type]@Condition currentHealthy#4:i desiredHealthy#5:i disruptedPods#2?:{T} disruptionsAllowed#3:i expectedPods#6:i observedGeneration#1?:i
rbac.v1.ClusterRole aggregationRule#3:@rbac.v1.AggregationRule apiVersion:s kind:s metadata#1:^@ObjectMeta rules#2:[]@rbac.v1.PolicyRule
rbac.v1.AggregationRule clusterRoleSelectors#1?:[]~@LabelSelector
rbac.v1.PolicyRule apiGroups#2?:[]s nonResourceURLs#5?:[]s resourceNames#4?:[]s resources#3?:[]s verbs#1!:[]s
rbac.v1.ClusterRoleBinding apiVersion:s kind:s metadata#1:^@ObjectMeta roleRef#3!:^~@rbac.v1.RoleRef subjects#2?:[]~@rbac.v1.Subject
rbac.v1.RoleRef apiGroup#1:s kind#2!:s name#3!:s
rbac.v1.Subject apiGroup#2?:s kind#1!:s name#3!:s namespace#4?:s
rbac.v1.Role apiVersion:s kind:s metadata#1:^@ObjectMeta rules#2:[]@rbac.v1.PolicyRule
rbac.v1.RoleBinding apiVersion:s kind:s metadata#1:^@ObjectMeta roleRef#3!:^~@rbac.v1.RoleRef subjects#2?:[]~@rbac.v1.Subject
scheduling.v1.PriorityClass apiVersion:s description#4?:s globalDefault#3?:b kind:s metadata#1:^@ObjectMeta preemptionPolicy#5:s value#2:i
storage.v1.CSIDriver apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@storage.v1.CSIDriverSpec
storage.v1.CSIDriverSpec attachRequired#1:b fsGroupPolicy#5:s nodeAllocatableUpdatePeriodSeconds#9:i podInfoOnMount#2:b preventPodSchedulingIfMissing#11:b requiresRepublish#7:b seLinuxMount#8:b serviceAccountTokenInSecrets#10:b storageCapacity#4:b tokenRequests#6?:[]@storage.v1.TokenRequest volumeLifecycleModes#3?:[=]s
storage.v1.TokenRequest audience#1!:s expirationSeconds#2:i
storage.v1.CSINode apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@storage.v1.CSINodeSpec status#3:^@storage.v1.CSINodeStatus
storage.v1.CSINodeSpec drivers#1!:[name|name]@storage.v1.CSINodeDriver
storage.v1.CSINodeDriver allocatable#4:@storage.v1.VolumeNodeResources name#1!:s nodeID#2!:s topologyKeys#3:[]s
storage.v1.VolumeNodeResources count#1:i
storage.v1.CSINodeStatus storageHealth#1?:[name|name]@storage.v1.StorageHealth
storage.v1.StorageHealth healthConditions#2?:[]@storage.v1.StorageHealthCondition name#1!:s
storage.v1.StorageHealthCondition accessMode#4:s lastTransitionTime#6?:T message#3?:s reason#2!:s status#1!:s volumeMode#5:s
storage.v1.CSIStorageCapacity apiVersion:s capacity#4:q kind:s maximumVolumeSize#5:q metadata#1:^@ObjectMeta nodeTopology#2:~@LabelSelector storageClassName#3!:s
storage.v1.StorageClass allowVolumeExpansion#6:b allowedTopologies#8?:[]~@TopologySelectorTerm apiVersion:s kind:s metadata#1:^@ObjectMeta mountOptions#5?:[]s parameters#3?:{s} provisioner#2!:s reclaimPolicy#4:s volumeBindingMode#7:s
TopologySelectorTerm matchLabelExpressions#1?:[]@TopologySelectorLabelRequirement
TopologySelectorLabelRequirement key#1!:s values#2!:[]s
storage.v1.VolumeAttachment apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@storage.v1.VolumeAttachmentSpec status#3:^@storage.v1.VolumeAttachmentStatus
storage.v1.VolumeAttachmentSpec attacher#1!:s nodeName#3!:s source#2!:^@storage.v1.VolumeAttachmentSource
storage.v1.VolumeAttachmentSource inlineVolumeSpec#2:@PersistentVolumeSpec persistentVolumeName#1:s
storage.v1.VolumeAttachmentStatus attachError#3:@storage.v1.VolumeError attached#1!:b attachmentMetadata#2?:{s} detachError#4:@storage.v1.VolumeError
storage.v1.VolumeError errorCode#3:i message#2?:s time#1?:T
storage.v1.VolumeAttributesClass apiVersion:s driverName#2!:s kind:s metadata#1:^@ObjectMeta parameters#3?:{s}
apiextensions.v1.CustomResourceDefinition apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2!:^@apiextensions.v1.CustomResourceDefinitionSpec status#3:^@apiextensions.v1.CustomResourceDefinitionStatus
apiextensions.v1.CustomResourceDefinitionSpec conversion#9:@apiextensions.v1.CustomResourceConversion group#1!:s names#3!:^@apiextensions.v1.CustomResourceDefinitionNames preserveUnknownFields#10?:b scope#4!:s versions#7!:[]@apiextensions.v1.CustomResourceDefinitionVersion
apiextensions.v1.CustomResourceConversion strategy#1!:s webhook#2:@apiextensions.v1.WebhookConversion
apiextensions.v1.WebhookConversion clientConfig#2:@apiextensions.v1.WebhookClientConfig conversionReviewVersions#3!:[]s
apiextensions.v1.WebhookClientConfig caBundle#2?:B service#1:@apiextensions.v1.ServiceReference url#3:s
apiextensions.v1.ServiceReference name#2!:s namespace#1!:s path#3:s port#4:i
apiextensions.v1.CustomResourceDefinitionNames categories#6?:[]s kind#4!:s listKind#5?:s plural#1!:s shortNames#3?:[]s singular#2?:s
apiextensions.v1.CustomResourceDefinitionVersion additionalPrinterColumns#6?:[]@apiextensions.v1.CustomResourceColumnDefinition deprecated#7?:b deprecationWarning#8:s name#1!:s schema#4:@apiextensions.v1.CustomResourceValidation selectableFields#9?:[]@apiextensions.v1.SelectableField served#2!:b storage#3!:b subresources#5:@apiextensions.v1.CustomResourceSubresources
apiextensions.v1.CustomResourceColumnDefinition description#4?:s format#3?:s jsonPath#6!:s name#1!:s priority#5?:i type#2!:s
apiextensions.v1.CustomResourceValidation openAPIV3Schema#1:@apiextensions.v1.JSONSchemaProps
apiextensions.v1.JSONSchemaProps $ref:s $schema:s additionalItems#33:o additionalProperties#30:o allOf#25?:[]@apiextensions.v1.JSONSchemaProps anyOf#27?:[]@apiextensions.v1.JSONSchemaProps default#8:o definitions#34?:{@apiextensions.v1.JSONSchemaProps} dependencies#32?:{o} description#4?:s enum#20?:[]o example#36:o exclusiveMaximum#10?:b exclusiveMinimum#12?:b externalDocs#35:@apiextensions.v1.ExternalDocumentation format#6?:s id#1?:s items#24:o maxItems#16:i maxLength#13:i maxProperties#21:i maximum#9:n minItems#17:i minLength#14:i minProperties#22:i minimum#11:n multipleOf#19:n not#28:@apiextensions.v1.JSONSchemaProps nullable#37?:b oneOf#26?:[]@apiextensions.v1.JSONSchemaProps pattern#15?:s patternProperties#31?:{@apiextensions.v1.JSONSchemaProps} properties#29?:{@apiextensions.v1.JSONSchemaProps} required#23?:[]s title#7?:s type#5?:s uniqueItems#18?:b x-kubernetes-embedded-resource:b x-kubernetes-int-or-string:b x-kubernetes-list-map-keys:[]s x-kubernetes-list-type:s x-kubernetes-map-type:s x-kubernetes-preserve-unknown-fields:b x-kubernetes-validations:[rule|rule]@apiextensions.v1.ValidationRule
apiextensions.v1.ExternalDocumentation description#1?:s url#2?:s
apiextensions.v1.ValidationRule fieldPath#5?:s message#2?:s messageExpression#3?:s optionalOldSelf#6:b reason#4:s rule#1!:s
apiextensions.v1.SelectableField jsonPath#1!:s
apiextensions.v1.CustomResourceSubresources scale#2:@apiextensions.v1.CustomResourceSubresourceScale status#1:o
apiextensions.v1.CustomResourceSubresourceScale labelSelectorPath#3:s specReplicasPath#1!:s statusReplicasPath#2!:s
apiextensions.v1.CustomResourceDefinitionStatus acceptedNames#2:^@apiextensions.v1.CustomResourceDefinitionNames conditions#1:[type]@apiextensions.v1.CustomResourceDefinitionCondition observedGeneration#4?:i storedVersions#3:[]s
apiextensions.v1.CustomResourceDefinitionCondition lastTransitionTime#3?:T message#5?:s observedGeneration#6?:i reason#4?:s status#2!:s type#1!:s
APIGroup apiVersion:s kind:s name#1!:s preferredVersion#3:^@GroupVersionForDiscovery serverAddressByClientCIDRs#4?:[]@ServerAddressByClientCIDR versions#2!:[]@GroupVersionForDiscovery
GroupVersionForDiscovery groupVersion#1!:s version#2!:s
ServerAddressByClientCIDR clientCIDR#1!:s serverAddress#2!:s
APIVersions apiVersion:s kind:s serverAddressByClientCIDRs#2!:[]@ServerAddressByClientCIDR versions#1!:[]s
apiregistration.v1.APIService apiVersion:s kind:s metadata#1:^@ObjectMeta spec#2:^@apiregistration.v1.APIServiceSpec status#3:^@apiregistration.v1.APIServiceStatus
apiregistration.v1.APIServiceSpec caBundle#5?:B group#2?:s groupPriorityMinimum#7!:i insecureSkipTLSVerify#4?:b service#1:@apiregistration.v1.ServiceReference version#3?:s versionPriority#8!:i
apiregistration.v1.ServiceReference name#2?:s namespace#1?:s port#3:i
apiregistration.v1.APIServiceStatus conditions#1?:[type|type]@apiregistration.v1.APIServiceCondition
apiregistration.v1.APIServiceCondition lastTransitionTime#3?:T message#5?:s reason#4?:s status#2!:s type#1!:s
`
