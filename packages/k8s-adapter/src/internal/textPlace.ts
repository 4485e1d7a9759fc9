/**
 * Between whom the certificate was not accepted, by the structure of the text around the words.
 */
import type { Where } from "../CertificateError.ts"

const places: ReadonlyArray<readonly [Where, RegExp]> = [
  [
    "conversion-webhook",
    /conversion webhook (?:for|failed)|(?:calling|call) conversion webhook|spec\.conversion\.\S{1,60}caBundle: /i
  ],
  [
    "webhook",
    /webhooks\[\d{1,4}\]\.clientConfig\.caBundle: |(?:failed|error) to connect to webhook|invalid-cert\.webhook\.gke\.io|(?:failed|error) (?:calling|to call) (?:admission |validating |mutating )?webhook|calling webhook "|\bPost "?https:\/\/[^\s"/]{1,300}\.svc(?::\d{1,5})?\/[^\s"]{0,300}\?timeout=\d/i
  ],
  [
    "aggregated-api",
    /\bspec\.caBundle: |error trying to reach service|failing or missing response from|FailedDiscoveryCheck|APIService\b|v\d\w{0,10}\.(?:metrics|custom\.metrics|external\.metrics)\.k8s\.io/i
  ],
  [
    "kubeconfig",
    /invalid configuration: |unable to read client-(?:cert|key)|unable to read certificate-authority|certificate-authority-data|client-certificate-data|client-key-data|error loading config file|\.kube\/config\b|kubeconfig\b.{0,80}(?:invalid|parse|load|malformed|expired)|\bkubeconfig error\b|(?:bootstrap|currently active) client certificate/i
  ],
  // kubectl says so of its own material; a pull from a registry is nobody's business but the registry's.
  [
    "kubeconfig",
    /^(?:error|Error): (?:unable to load root certificates|tls: (?:failed to find|private key))|kubectl error tls: failed to find/
  ],
  [
    "other",
    /failed to pull image|pulling image|failed to do request|ErrImagePull|https?:\/\/[^\s"/]{1,200}\/v[12]\/|^Trying to reach: '|https:\/\/[^\s"/]{1,300}:(?:2379|2380|10250)\//im
  ],
  [
    "api-server",
    /KubernetesClientException|\bio\.(?:fabric8\.)?kubernetes\.client\b|@kubernetes\/client-node\b|Unable to connect to the server|Unable to connect to (?:the )?(?:kube(?:rnetes)? )?cluster\b|The connection to the server|couldn't get current server API group list|Kubernetes cluster unreachable|failed to download openapi|unable to (?:fetch|retrieve) (?:the )?(?:complete list of )?server|getting credentials: exec|Unable to authenticate the request|kube-apiserver|failed to get (?:server|API) (?:groups|version)|error communicating with the apiserver|(?:connect to|identity of) (?:the )?API ?server|kubernetes\.default(?:\.svc)?\b/i
  ],
  // Paths that only an API server has, at whatever host and port; /api/v1 alone is a favourite of others too.
  [
    "api-server",
    /https:\/\/[^\s"'/]{1,300}(?:\/[^\s"'/]{1,100}){0,4}\/(?:api\/v1(?:\/(?:namespaces|nodes|pods|services|secrets|configmaps|events|endpoints|persistentvolume|serviceaccounts|replicationcontrollers|componentstatuses|limitranges|resourcequotas|podtemplates|watch|proxy)|(?![\w/]))|apis\/|api\?timeout|apis\?timeout|openapi\/v[23]|version\?timeout|version\b|livez|readyz)|url:\s{1,40}\/(?:\S{1,200}\/)?(?:api\/v1(?:\/(?:namespaces|nodes|pods|services|secrets|configmaps|events|endpoints|persistentvolume|serviceaccounts|replicationcontrollers|componentstatuses|limitranges|resourcequotas|podtemplates|watch|proxy)|(?![\w/]))|api(?![\w/-])|apis\b|version\b)|': \/(?:api\/v1(?:\/(?:namespaces|nodes|pods|services|secrets|configmaps|events|endpoints|persistentvolume|serviceaccounts|replicationcontrollers|componentstatuses|limitranges|resourcequotas|podtemplates|watch|proxy)|(?![\w/]))|api(?![\w/-])|apis\/|version\b)|path: "\/(?:api\/v1(?:\/(?:namespaces|nodes|pods|services|secrets|configmaps|events|endpoints|persistentvolume|serviceaccounts|replicationcontrollers|componentstatuses|limitranges|resourcequotas|podtemplates|watch|proxy)|(?![\w/]))|apis)/
  ],
  [
    "api-server",
    /https:\/\/[^\s"'/]{1,300}:(?:6443|16443)\b|\b(?:dial|read|write) tcp [^\s]{1,100}:6443\b|failed to (?:list|watch) \*?v\d/i
  ]
]

export const placeOf = (text: string): Where => places.find(([, pattern]) => pattern.test(text))?.[0] ?? "other"
