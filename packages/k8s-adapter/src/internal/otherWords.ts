/**
 * What a text is about when it is not about a certificate: enough to say whether waiting helps, and what to do.
 */

export interface OtherWording {
  readonly kind: string
  readonly transient: boolean
  readonly advice: string
  readonly pattern: RegExp
}

/** The first that is found in a line decides. */
export const otherWords: ReadonlyArray<OtherWording> = [
  {
    kind: "denied",
    transient: false,
    advice: "A policy refused the object in its own words: change the object, or ask the policy's owner.",
    pattern: /denied (?:the )?request|blocked due to the following policies/
  },
  {
    kind: "not-tls",
    transient: false,
    advice: "One side speaks plain HTTP where the other expects TLS: check scheme and port of the address.",
    pattern:
      /server gave HTTP response to HTTPS client|first record does not look like a TLS handshake|wrong version number|WRONG_VERSION_NUMBER|HTTP request (?:was sent )?to (?:an )?HTTPS (?:server|port)|ERR_SSL_PACKET_LENGTH_TOO_LONG|Unsupported or unrecognized SSL message|record layer failure/i
  },
  {
    kind: "tls-protocol",
    transient: false,
    advice: "Server and client have no TLS version or cipher in common: look at the TLS settings of both.",
    pattern:
      /protocol version not supported|alert protocol version|handshake[ _]failure|no shared cipher|no cipher suite|unsupported protocol|inappropriate fallback|unsafe legacy renegotiation|dh key too small|UNSUPPORTED_PROTOCOL|ERR_SSL_VERSION_OR_CIPHER_MISMATCH/i
  },
  {
    kind: "quota",
    transient: false,
    advice: "Free some of the quota, or have it raised.",
    pattern: /exceeded quota|quota exceeded|insufficient quota/i
  },
  {
    kind: "forbidden",
    transient: false,
    advice: "Ask for a role that grants this; kubectl auth can-i shows what you may do.",
    pattern: /\bis forbidden\b|\(Forbidden\)|\b403 Forbidden\b|RBAC: |AccessDenied|permission denied|not authorized to/i
  },
  {
    kind: "throttled",
    transient: true,
    advice: "The server asks for patience: wait, then try again, with fewer requests at once.",
    pattern: /too many requests|TooManyRequests|\b429\b|rate limit(?:ed|ing)?\b|toomanyrequests/i
  },
  {
    kind: "unauthorized",
    transient: false,
    advice:
      "Log in again. If the kubeconfig has a client certificate, look at its end first: an expired one shows as this very error.",
    pattern:
      /\bUnauthorized\b|must be logged in to the server|has asked for the client to provide credentials|\b401\b|token (?:is|has) expired|authentication required|invalid (?:bearer )?token/i
  },
  {
    kind: "field-conflict",
    transient: false,
    advice: "Leave these fields to the manager that owns them, or take them over with --force-conflicts.",
    pattern: /Apply failed with \d{1,6} conflict/
  },
  {
    kind: "changed-meanwhile",
    transient: true,
    advice: "The object changed in between: read it again and repeat the change.",
    pattern: /the object has been modified|please apply your changes to the latest version/
  },
  {
    kind: "webhook-unavailable",
    transient: true,
    advice:
      "The API server cannot reach this webhook: look at its pods, its Service and its endpoints, and let firewalls pass the API server.",
    pattern:
      /failed calling webhook|failed to call webhook|conversion webhook for .{1,300} failed|failed calling admission webhook/
  },
  {
    kind: "immutable",
    transient: false,
    advice: "The field cannot be changed in place: delete the object and create it anew, or keep the field.",
    pattern: /field is immutable|may not be (?:changed|updated)|updates to .{1,120} are forbidden|cannot be changed/i
  },
  {
    kind: "invalid",
    transient: false,
    advice: "Correct the fields that the message names.",
    pattern:
      /\bis invalid: |\(Invalid\)|\(BadRequest\)|ValidationError|error validating|strict decoding error|unknown field|cannot unmarshal|Invalid value:|error converting YAML|mapping values are not allowed|illegal base64/i
  },
  {
    kind: "exists",
    transient: false,
    advice: "There is one of that name: apply instead of create, or choose another name.",
    pattern: /already exists|AlreadyExists|cannot re-use a name that is still in use/
  },
  {
    kind: "unknown-kind",
    transient: false,
    advice:
      "The server does not serve this kind: install its CustomResourceDefinition, or correct apiVersion and kind.",
    pattern:
      /no matches for kind|doesn't have a resource type|ensure CRDs are installed first|could not find the requested resource/
  },
  {
    kind: "dns",
    transient: true,
    advice: "The name does not resolve: check its spelling and the DNS of this machine.",
    pattern:
      /no such host|could not resolve|ENOTFOUND|EAI_AGAIN|failure in name resolution|Name or service not known|server misbehaving|nodename nor servname|UnknownHostException|getaddrinfo/i
  },
  {
    kind: "refused",
    transient: true,
    advice: "Nothing listens there yet: check that it runs, and address and port.",
    pattern:
      /connection refused|ECONNREFUSED|actively refused|couldn't connect to server|was refused - did you specify the right host/i
  },
  {
    kind: "unreachable",
    transient: true,
    advice: "There is no way to that address: check network, routes and VPN.",
    pattern: /no route to host|network is unreachable|EHOSTUNREACH|ENETUNREACH/i
  },
  {
    kind: "timeout",
    transient: true,
    advice: "No answer in time: try again; if it stays, look at firewalls, load and the other side's logs.",
    pattern: /timed[ -]?out|timeout|deadline exceeded|ETIMEDOUT/i
  },
  {
    kind: "unavailable",
    transient: true,
    advice: "The server is not ready: try again in a moment; if it stays, look at it and at what it depends on.",
    pattern:
      /ServiceUnavailable|unable to handle the request|\b50[234] (?:Service|Bad|Gateway)|no endpoints available|etcdserver: |leader changed|not yet ready|\(re\)initializing|error trying to reach service|FailedDiscoveryCheck|is not ready\b/i
  },
  {
    kind: "reset",
    transient: true,
    advice: "The connection broke: try again; if it stays, look at proxies and load balancers on the way.",
    pattern:
      /connection reset|ECONNRESET|broken pipe|EPIPE|\bEOF\b|socket hang up|closed by (?:the )?(?:remote|peer)|http2: (?:client|server) connection|GOAWAY|closed network connection|transport is closing|SSL_ERROR_SYSCALL|remote end closed|other side closed|connection (?:was )?(?:aborted|closed|lost)|tls: internal error|tls: unrecognized name|alert internal error/i
  },
  {
    kind: "not-found",
    transient: false,
    advice: "Check name, namespace and context.",
    pattern: /not found|NotFound|\b404\b|no such file or directory/i
  }
]

export const unknownAdvice = "No known kind of error: look at the lines before it and at the other side's logs."
