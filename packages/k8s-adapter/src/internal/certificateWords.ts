/**
 * How the world words its certificate errors: one table, made from what the sources print, not from seen messages.
 *
 * Sources: OpenSSL crypto/x509/x509_txt.c and ssl/ssl_err.c; BoringSSL ssl errors; Go (see goTls.ts); OpenJDK
 * sun.security.validator, provider.certpath and ssl.Alert; Apache HttpClient and OkHttp host name verifiers; GnuTLS
 * lib/cert-session.c; Wget; NSS and mozilla::pkix error names; Chromium net_error_list.h; Schannel and wincrypt HRESULTs;
 * .NET SslPolicyErrors and X509ChainStatusFlags; curl lib/vtls; CPython Modules/_ssl.c and ssl.match_hostname; rustls
 * and webpki error.rs; Erlang ssl_alert; PostgreSQL libpq; client-go cert and clientcmd; Mbed TLS x509_crt.c; wolfSSL
 * wolfcrypt/src/error.c; urllib3 connection.py; RubyGems security/policy.rb; hs-tls and crypton-x509-validation;
 * fabric8 CertUtils; lua-nginx-module ngx_http_lua_ssl_certby.c; Harmony and Conscrypt; Oracle ORA-28xxx/29024.
 */
import type { Reason } from "../CertificateError.ts"

/**
 * How precise a wording is: 0 names the fault, 1 leaves a choice, 2 only says that it is about a certificate. Precise
 * wordings win over vague ones anywhere in the same text.
 */
export type Vagueness = 0 | 1 | 2

export interface Wording {
  readonly reason: Reason
  readonly vagueness: Vagueness
  readonly pattern: RegExp
}

const words = (reason: Reason, vagueness: Vagueness, ...patterns: ReadonlyArray<RegExp>): ReadonlyArray<Wording> =>
  patterns.map((pattern) => ({ reason, vagueness, pattern }))

/** In one line the first wording of this table that is found decides. */
export const certificateWords: ReadonlyArray<Wording> = [
  ...words(
    "hostname-mismatch",
    0,
    /ERR_TLS_CERT_ALTNAME_INVALID|(?:Hostname\/IP|does not match|doesn't match) certificate's altnames|is not in the cert's (?:altnames|list)/i,
    /(?:hostname|IP address|email address) mismatch\b.{0,40}certificate|(?:verify error|verify return code|certificate[ _]verify[ _]failed).{0,40}(?:hostname|IP address) mismatch|\bcertificate.{0,40}hostname mismatch/i,
    /certificate is not valid for (?:any names|requested|'|"|“|host|the (?:host|name|requested))/i,
    /No subject alternative (?:DNS )?names? (?:present|matching|found)|No name matching \S{1,300} found/i,
    /Certificate for <[^>]{1,300}> doesn't match|hostname in certificate didn't match|Hostname \S{1,300} (?:was )?not verified/i,
    /no alternative certificate subject name matches|certificate subject name .{0,300}does ?n[o']t match target host/i,
    /host ?name ["'`]?[^"'`\s]{1,300}["'`]? (?:doesn't|does not) match/i,
    /(?:upstream|server|peer)(?: SSL| TLS)? certificate(?: for "[^"]{1,300}"(?: \([^)]{1,60}\))?)? (?:doesn't|does not) match (?!.{0,20}\bkey\b)/i,
    /certificate[^\n]{0,60} name mismatch|Peer name \S{1,300} is not in peer certificate|Hostname Verification Check failed|VERIFY X509NAME ERROR/i,
    /host name in the certificate is invalid|certificate peer name verification failed|failedToValidateHostname/i,
    /certificate is not valid for [\w*-]{1,63}\.[\w*-]/i,
    /no appropriate (?:commonName|subjectAltName)/i,
    /certificate (?:common name|subject).{0,300}(?:doesn't|does not) match/i,
    /certificate(?:'s owner| for "[^"]{1,300}")? does not match (?:host ?name|host|the (?:host|expected|requested)|expected|target)/i,
    /name in the certificate does not match|requested domain name does not match the server's certificate/i,
    /no certificate subject alternative name matches/i,
    /Peer certificate CN=.{1,300} did not match|Unable to locate peer certificate CN/i,
    /hostname does not match CN in peer certificate|does not match any of DNSNames/i,
    /certificate (?:did not|didn't) match (?:the )?(?:expected |requested )?(?:host ?name|host|name|server name)\b|peer subject name mismatch/i,
    /SSL_ERROR_BAD_CERT_DOMAIN|ERR_CERT_COMMON_NAME_INVALID|SEC_E_WRONG_PRINCIPAL|CERT_E_CN_NO_MATCH|0x80090322|0x800B010F/i,
    /target principal name is incorrect/i,
    /RemoteCertificateNameMismatch|errSSLHostNameMismatch/,
    /(?:NotValidForName|CertNotValidForName)\b|certificate not valid for name/,
    // Older rustls takes no IP address for a name, so no certificate of such a host can be verified.
    /(?:trying to connect: |Connect\b.{0,60}error: ")invalid dnsname|server name type wasn't supported/,
    /hostname_check_failed|hostname verification failed|verify SAN list|SAN matcher/i,
    /certificate rejected: \[(?:NameMismatch|InvalidName)/,
    /certificate's CN name does not match|No subjectAltNames returned|SEC_CERT_CN_INVALID/i,
    /certificate relies on legacy Common Name field/i,
    /(?:doesn't|does not) contain any IP SANs/i
  ),
  ...words(
    "revoked",
    0,
    /\bCERT_REVOKED\b|SEC_CERT_REVOKED|CERT_TRUST_IS_REVOKED|ERR_CERT_REVOKED|SEC_ERROR_REVOKED_CERTIFICATE|CRYPT_E_REVOKED|0x80092010/,
    /(?<!alert |ALERT: Fatal - )certificate (?:has been |was |is |chain is )?revoked/i,
    /CertificateRevokedException|invalid peer certificate: Revoked|InvalidCertificate\(Revoked\)/
  ),
  ...words(
    "not-yet-valid",
    0,
    /\bCERT_NOT_YET_VALID\b|MOZILLA_PKIX_ERROR_NOT_YET_VALID|CertificateNotYetValidException/,
    /certificate (?:is )?not (?:yet valid|valid yet|yet activated|valid until|valid before)(?! or )/i,
    /(?<!or is )(?:is|was) not yet valid: current time|uses not yet valid certificate|certificate (?:of \S{1,300} )?is not yet activated/i,
    /certificate not valid till \d|Exception: NotBefore: |message=>"NotBefore: /,
    /(?:invalid (?:peer )?certificate: |InvalidCertificate\()NotValidYet|\bCertNotValidYet\b/,
    /certificate validity starts in the future|ASN date error, current date before/i,
    /\bcertificate \/\S[^\n]{0,300} not valid before \d|certificate rejected: \[InFuture/,
    /certificate[^\n]{0,40} before (?:the |its )?["']?not ?before/i
  ),
  ...words(
    "expired",
    0,
    /\bCERT_HAS_EXPIRED\b|SEC_ERROR_EXPIRED_(?:ISSUER_)?CERTIFICATE|SEC_E_CERT_EXPIRED|0x80090328/,
    /CertificateExpiredException|\bcert_expired\b/,
    /certificate validity has expired|ASN date error, current date after/i,
    /\bcertificate \/\S[^\n]{0,300} not valid after \d|certificate rejected: \[Expired/,
    /(?:trust (?:roots?|anchors?)|\broots?\b|issuer cert)[^\n]{0,200}not valid anymore/i,
    /(?<!alert |ALERT: Fatal - |\b(?:if|when|whether|once|unless|until) (?:the |a |your |this |its |any )?(?:[a-z]{1,15} )?)\b(?:certificate|cert)s?(?: chain)? (?:has |have |is |was |are |had |already |been ){0,3}expired(?! or (?:is )?not)(?![^\n]{0,60}(?:renewing|re-?issuing|regenerating|will be renewed))/i,
    /(?:certificate|\.crt["']?|\.pem["']?) (?:in|at|for|from|file|located|of|with|stored|which|["'/[])[^\n]{0,120}(?<!CRL )(?:has|is|was) (?:already )?expired(?! or (?:is )?not)/i,
    /(?<!alert |\b(?:if|when|whether|once|unless|until) (?:the |a |your |this |its |any )?)\bcertificate(?: (?!(?:or|and|but|that|is|has|was|if|when|until|not|token|session|request|secret|key|rotation|renewal|manager|watch|lease|order|challenge)\b)\S{1,80}){1,2} (?:has|is|was) (?:already )?expired(?! or (?:is )?not)/i,
    /\bcertificate (?:for |in |at |file |of |with )?["'\w*-]{0,60}[./"']\S{0,200} expired\b(?! or (?:is )?not)|errSSLCertExpired/i,
    /Exception: NotAfter: |message=>"NotAfter: /,
    /(?:received|peer's|issued|server|client|serving|CA|root|intermediate|leaf) certificate(?: chain)? (?:has|is) (?:already )?expired/i,
    /chain uses (?:an )?expired certificate|presented an expired certificate/i,
    /(?:invalid (?:peer )?certificate: |InvalidCertificate\()(?:Expired|certificate expired)/,
    /\bCertExpired\b|not valid anymore|generated (?:CLIENT|SERVER) ALERT: Fatal - Certificate Expired/,
    /certificate[^\n]{0,40} after (?:the |its )?["']?not ?after/i
  ),
  ...words(
    "expired-or-not-yet-valid",
    1,
    /certificate (?:has |is )?expired or (?:is )?not (?:yet valid|valid yet)/i,
    /date in the certificate is invalid|ERR_CERT_DATE_INVALID|SEC_CERT_DATE_INVALID|CERT_TRUST_IS_NOT_TIME_VALID|CERT_E_EXPIRED|0x800B0101|not within its validity period/i,
    /\bNotTimeValid\b|CertPathValidatorException: (?:validity|timestamp) check failed/
  ),
  ...words(
    "bad-signature",
    0,
    /\bCERT_SIGNATURE_FAILURE\b|certificate signature failure|unable to decrypt certificate's signature|UNABLE_TO_DECRYPT_CERT_SIGNATURE/i,
    /ASN sig error, confirm failure/,
    /SEC_ERROR_BAD_SIGNATURE|CERT_TRUST_IS_NOT_SIGNATURE_VALID|\bNotSignatureValid\b|signature in the certificate is invalid/i,
    /not signed by CA certificate [^\n]{1,200}(?:verification (?:error|failure)|invalid signature)/i,
    /CertPathValidatorException: signature check failed|InvalidCertificate\(BadSignature|invalid peer certificate: (?:BadSignature|InvalidSignature)|invalid peer certificate signature|InvalidCertificateSignature\b|InvalidSignatureForPublicKey/
  ),
  ...words(
    "self-signed",
    0,
    /self[- ]?signed certificate|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT/i,
    /\bselfsigned_peer\b|self[- ]signed SSL certificate problem|certificate rejected: \[SelfSigned/i,
    /certificate is self[- ]signed/i
  ),
  ...words(
    "other",
    0,
    // GnuTLS says "NOT trusted" before every reason; these are the ones that no other reason stands for.
    /NOT trusted\.\s{1,4}The (?:revocation or OCSP|certificate requires|certificate chain (?:violates|uses insecure))/
  ),
  ...words(
    "other",
    1,
    // An alert that this side sends is about the other side's certificate, and says no more than that.
    /generated (?:CLIENT|SERVER) ALERT: Fatal - (?:Bad|Unsupported) Certificate|generated (?:CLIENT|SERVER) ALERT: Fatal - Certificate Unknown/i,
    /sending (?:a )?(?:fatal |warning )?alert:? (?:bad_?certificate|unsupported_?certificate|certificate_?unknown)/i
  ),
  ...words(
    "unknown-authority",
    0,
    /Fatal error: unknown ca\b|tls_alert,\s{0,5}["']unknown ca|sending (?:a )?(?:fatal |warning )?alert:? unknown_?ca/i,
    /certificate (?:is |was )?(?:signed|issued) by (?:an |a )?(?:unknown|untrusted) (?:certificate )?(?:authority|CA|issuer)\b/i,
    /certificate authority is (?:unknown|invalid|not trusted)|not issued by a trusted (?:certificate )?(?:authority|CA)\b|Certificate chaining error|\bCA chain cannot be verified/i,
    /unable to get (?:local )?issuer\b|UNABLE_TO_GET_ISSUER_CERT|unable to verify the first certificate|UNABLE_TO_VERIFY_LEAF_SIGNATURE|\bCERT_UNTRUSTED\b/i,
    /unable to find valid certification path|PKIX path building failed|Path does not chain with any of the trust anchors|Trust anchor for certification path not found|No trusted certificate found/i,
    /\bUnknownIssuer\b|\bUnknownRootCert|certificate (?:rejected: \[UnknownCA|has unknown CA)/,
    /certificate issuer is (?:unknown|not recognized)|(?:doesn't|does not) have a known issuer|Unable to locally verify the issuer's authority/i,
    /SEC_ERROR_(?:UNKNOWN_ISSUER|UNTRUSTED_ISSUER|UNTRUSTED_CERT)|ERR_CERT_AUTHORITY_INVALID/,
    /SEC_E_UNTRUSTED_ROOT|CERT_E_UNTRUSTEDROOT|CERT_E_CHAINING|CERT_TRUST_IS_(?:UNTRUSTED_ROOT|PARTIAL_CHAIN)|ERROR_INTERNET_INVALID_CA|DLG_FLAGS_INVALID_CA|0x80090325|0x800B0109|0x800B010A/i,
    /issued by an authority that is not trusted|root certificate which is not trusted/i,
    /\b(?:UntrustedRoot|PartialChain)\b/,
    /certificate (?:[^.:;,]{1,120} )?(?:is |was )?not trusted|certificate cannot be authenticated with (?:given|known) CA|untrusted certificate authority|untrusted (?:root|issuer)/i,
    /certificate is not correctly signed by the trusted CA|ASN no signer error to confirm failure/i,
    /certificate issuer has been marked as not trusted|not trusted in this ssl context/i,
    /certificate \S{1,200} (?:is )?not signed by (?:the )?(?:corresponding CA|CA certificate)/i,
    /SSL certificate problem: Invalid certificate chain|errSSLXCertChainInvalid|errSSLUnknownRootCert/i,
    /generated (?:CLIENT|SERVER) ALERT: Fatal - Unknown CA/i,
    /unable to verify (?:the )?(?:leaf|issuer) (?:certificate|signature)/i
  ),
  // Android's word for whatever its trust manager refused, beside which the reason may stand.
  ...words("unknown-authority", 1, /\bnot trusted server certificate/i, /peer cert untrusted or revoked/i),
  ...words(
    "invalid-ca-bundle",
    0,
    /unable to load root certificates|unable to parse bytes as PEM block|data does not contain any valid RSA or ECDSA certificates/i,
    /trustAnchors parameter must be non-empty/i,
    /\bCA cert(?:ificate)?s?\b[^\n]{0,40} (?:could not|cannot|can't) be (?:correctly )?(?:decoded|parsed|loaded)\b/i,
    /error (?:setting|adding) (?:certificate verify locations|certificate file|trust anchors)|Problem with (?:reading )?the SSL CA cert/i,
    /Could not find a suitable TLS CA certificate bundle|no[_ ]certificate[_ ]or[_ ]crl[_ ]found|x509 certificate routines:\w{0,60}:no (?:certificate|crl) found/i,
    /root certificate file .{0,300}does not exist|could not read root certificate file/i,
    /unable to read certificate-authority/i,
    /failed to load system roots and no roots provided/i,
    /(?:[Ff]ailed|[Uu]nable|[Cc]ould not|[Cc]ouldn't|[Cc]annot|[Cc]an't|[Ee]rror)(?: to)? (?:append|parse|parsing|load|loading|add|adding|decode|decoding|read|reading|find|use) (?:any |the )?(?:valid )?(?:trusted |custom |client |cluster |native |default |SSL |TLS |pem ){0,2}(?:root|CA|ca)(?: root)?(?:[- ]?(?:cert(?:ificate)?s?|bundle|pem|data|chain|file)){1,3}\b(?![^\n]{0,300}(?:secrets? "|in data source|forbidden|deadline|refused))/,
    /(?:[Ff]ailed|[Uu]nable|[Cc]ould not|[Cc]annot|[Ee]rror)(?: to)? (?:append|parse|parsing|load|loading|decode|decoding|read|reading) (?:the )?(?:cluster |client |trusted |root ){0,2}CA(?: from|:)(?![^\n]{0,300}(?:not found|forbidden|deadline|refused|canceled))/,
    /CertificateAuthorityData: decode base64|cadata does not contain a certificate|ssl\.ca\.location failed/,
    /default pem root certs|no native root CA certificates found|could not load any root certificate|SSL_CTX_(?:set_default_verify_paths|load_verify_locations)\b[^\n]{0,20}failed/i,
    /(?:could not|cannot|can't|failed to|unable to) (?:load|read|parse|open|find)[^\n]{0,80}(?:ca-certificates|ca-bundle|cacert|\bca\.(?:crt|pem))/i,
    /caBundle.{0,80}(?:no valid|not (?:a )?valid|invalid) (?:PEM|certificate)/i,
    /(?:no|any) (?:valid )?(?:CA |root )?certificates? (?:were |was )?found in (?:the )?(?:CA|ca|bundle|PEM|trust)/i
  ),
  ...words(
    "malformed",
    0,
    /private key (?:type )?does not match (?:the )?(?:public key|certificate)|key values mismatch|KEY_VALUES_MISMATCH|SSL_CTX_check_private_key|X509_check_private_key/i,
    /tls: (?:failed to (?:find|parse)|found a certificate rather than a key)/i,
    /failed to find any PEM data in (?:certificate|key) input/i,
    /PEM routines[^\n]{0,80}(?:no[ _]start[ _]line(?!:Expecting: DH )|bad base64|bad end line)|PEM_read_bio(?!_DHparams)[^\n]{0,80}failed|ERR_OSSL_PEM_|\[(?:SSL|X509)\] PEM lib/i,
    /ERR_OSSL_(?:X509|ASN1|EVP(?!_UNSUPPORTED)|UNSUPPORTED|WRONG|BAD)|DECODER routines::unsupported|asn1 encoding routines[^\n]{0,120}(?:header too long|nested asn1 error|wrong tag|too long|bad object header|not enough data)/i,
    /could not load (?:PEM )?client certificate|unable to set (?:private key|client certificate) file|unable to use client certificate|unable to load (?:client )?(?:key|private key|certificate)(?: file)?\b(?! manager)/i,
    /cannot load certificate(?: key)? "|failed to load (?:incomplete )?(?:certificate chain|private key) from/i,
    /unable to read client-(?:cert|key)/i,
    /unable to load client (?:key|cert)\b|private key not found for certificate|PEM is invalid: no (?:begin|end) marker/i,
    /\bd2i_(?:X509|PrivateKey)\w{0,20}\(\) failed|failed to (?:set|convert|parse) (?:DER |PEM )?(?:private key|cert(?:ificate)?)\b[^\n]{0,40}(?:\bDER\b|\bPEM\b|_bio\()/i,
    /Could not parse certificate|CertificateException: (?:java\.io\.IOException|Unable to initialize)|CertificateParsingException|(?:invalid (?:peer )?certificate: |InvalidCertificate\()(?:BadEncoding|BadD(?:er|ER)|InvalidCertValidity|UnsupportedCertVersion|UnsupportedCriticalExtension|ExtensionValueInvalid|MalformedExtensions|TrailingData)|invalid peer certificate encoding|InvalidCertificateEncoding/i,
    /format error in certificate's|unable to decode issuer public key|error parsing (?:X\.?509 )?certificate|failed to parse (?:[a-z]{1,20} )?certificate(?! (?:request|duration|spec|template|annotation))|malformed (?:X\.?509 )?certificate|could not decode (?:the )?certificate|asn1: (?:structure|syntax) error/i,
    /(?:certificate|cert) and (?:the )?(?:private )?key\b[^\n]{0,300} (?:do|does)(?: not|n't) (?:match|have a matching)/i,
    /(?:invalid|bad|corrupt|malformed) (?:TLS |SSL |X\.?509 |PEM )?(?:certificate|private key|key ?pair) (?:file|data|format|encoding|PEM)|Client(?:Certificate|Key)Data: decode base64/i,
    /inconsistencies between private key and certificate|algid parse error|\[ASN1\b|ASN1 (?:corrupted data|bad tag value)|Unable to load PEM file|Could not find the TLS (?:certificate|key) file|certificate data cannot be read|must use a certificate with the associated private key/i,
    /\bno (?:valid )?(?:certificate |private key |CA |key )?PEM(?:[- ](?:encoded|formatted))? (?:data|blocks?|certificates?)\b|failed to decode (?:any |the )?(?:\S{1,40} )?PEM\b/i,
    /(?:unable|failed|could not|cannot|error)(?: to)? (?:load|loading|parse|parsing|decode|decoding|read|reading) (?:the |any )?(?:X\.?509 |SSL |TLS |server |client |serving |webhook ){0,3}(?:certificates?|cert|key ?pair|key file)\b(?!\.| (?:request|duration|spec|template|annotation|resource|manager|name|arn)| ?signing|[^\n]{0,300}(?:\bssh\b|not found|forbidden|timed out|timeout|deadline|refused|canceled|no such host))|decod(?:e|ing) (?:the )?private key PEM/i
  ),
  ...words(
    "client-certificate-rejected",
    1,
    /(?:remote error: (?:tls: )?|tls: )(?:bad certificate|unsupported certificate|revoked certificate|expired certificate|unknown certificate(?: authority)?|certificate required|access denied)/i,
    /alert[ _](?:bad|unsupported)[ _]certificate|alert[ _]certificate[ _](?:revoked|expired|unknown|required)|alert[ _]unknown[ _]ca\b|alert[ _]access[ _]denied|TLSV1_CERTIFICATE_REQUIRED/i,
    /SSL alert number (?:42|43|44|45|46|48|49|116)\b/,
    /(?:TlsFatalAlert(?:Received)?: |AlertReceived\(|description: |received fatal alert: )(?:bad_?certificate|unsupported_?certificate|certificate_?(?:unknown|expired|revoked|required)|unknown_?ca|access_?denied)/i,
    /SSL_ERROR_(?:BAD_CERT|UNKNOWN_CA|EXPIRED_CERT|REVOKED_CERT|ACCESS_DENIED|CERTIFICATE_UNKNOWN|UNSUPPORTED_CERTIFICATE_TYPE|RX_CERTIFICATE_REQUIRED)_ALERT|SSL_ERROR_RX_CERTIFICATE_REQUIRED|ERR_BAD_SSL_CLIENT_AUTH_CERT|ERR_SSL_CLIENT_AUTH/,
    /client didn't provide a certificate|peer did not return a certificate|PEER_DID_NOT_RETURN_A_CERTIFICATE|NoCertificatesPresented|peer sent no certificates|no (?:SSL |TLS |client )certificate (?:was )?(?:provided|presented|sent|received)/i,
    /(?:did not|does not|doesn't|didn't) (?:trust|accept) (?:this |the |our )?(?:server|client|peer)'s (?:SSL |TLS )?certificate|received alert \[(?:42|43|44|45|46|48|49|116)\]|fatal alert has been received[^\n]{0,20}(?:certificate|CA is unknown)|client certificate not found|sent a TLS alert: '(?:BadCertificate|Unsupported_?Cert|Certificate(?:Revoked|Expired|Unknown|Required)|UnknownCA|AccessDenied)/i,
    /certificate authentication failed for user/,
    /No required SSL certificate|client sent no required SSL certificate|null cert chain|Empty client certificate chain|GNUTLS_E_CERTIFICATE_REQUIRED|400 The SSL certificate error|requires a valid client certificate|client certificate (?:is )?required|no client certificate (?:was )?returned/i,
    /failed to verify client(?:'s)? certificate/i,
    /received (?:CLIENT|SERVER) ALERT: Fatal - (?:Unknown CA|Bad Certificate|Unsupported Certificate|Certificate (?:Revoked|Expired|Unknown|Required)|Access Denied)/i,
    /tls_alert,\s{0,20}\{?:?["']?(?:unknown_ca|bad_certificate|certificate_(?:expired|revoked|unknown|required))/
  ),
  ...words(
    "other",
    2,
    /certificate[ _]verify[ _]failed|SSLCertVerificationError|\bCert(?:ificate|PathValidator|PathBuilder)Exception\b|SSLPeerUnverifiedException|verify (?:error:num=|return code: )[1-9]|Verification error: /i,
    /\bCERT_(?:CHAIN_TOO_LONG|REJECTED)\b|\bINVALID_PURPOSE\b|\bPATH_LENGTH_EXCEEDED\b|(?:unsupported|unsuitable) certificate purpose|invalid CA certificate|certificate chain too long|path length constraint exceeded/i,
    /CERT_TRUST_\w{1,40}|unable to (?:check|determine) revocation|unable to get certificate CRL|CRL (?:has expired|is not yet valid)|CRYPT_E_NO_REVOCATION_CHECK|CRYPT_E_REVOCATION_OFFLINE|0x8009201[23]|RevocationStatusUnknown|OfflineRevocation/i,
    /(?:EE|CA) certificate key too weak|CA signature digest algorithm too weak|(?:EE|CA)[ _]KEY[ _]TOO[ _]SMALL|(?:EE|CA|ee|ca) (?:key too small|md too weak)|CA_MD_TOO_WEAK|ERR_CERT_WEAK_(?:SIGNATURE_ALGORITHM|KEY)/,
    /Certificates do not conform to algorithm constraints|Algorithm constraints check failed|basic constraints check failed|name chaining check failed|Extended key usage does not permit|KeyUsage does not allow|incompatible key usage/i,
    /Missing (?:Authority|Subject) Key Identifier|Basic Constraints of CA cert not marked critical|CA cert does not include key usage extension/i,
    /server certificate verification failed|certificate verification failed|(?:peer|server|remote) certificate (?:cannot be|could not be|can't be|not) (?:authenticated|verified|validated)|Error in the certificate verification|cannot verify \S{1,300}'s certificate/i,
    /remote certificate (?:is invalid|was rejected)|Could not establish trust relationship for the SSL|trust failure|RemoteCertificateChainErrors|RemoteCertificateNotAvailable/i,
    /invalid peer certificate|InvalidCertificate\(|InvalidCertificateData/,
    /certificate for this server is invalid|SSL peer certificate or SSH remote key was not OK|SEC_E_CERT_UNKNOWN|0x80090327|ERR_CERT_INVALID|SEC_ERROR_(?:CA_CERT_INVALID|INADEQUATE_\w{1,30}|CERT_\w{1,40})|MOZILLA_PKIX_ERROR_\w{1,60}/i,
    /Validation of (?:SSL |TLS )?server certificate failed|No OCSP response received|CA hash does not match|\bthumbprint (?:does not|doesn't|did not) match|certificate (?:thumbprint|fingerprint) mismatch|cacerts checksum [^\n]{1,100} does not match|none of the public keys [^\n]{1,300} are pinned|failed to establish trust with (?:server|client) at/i,
    /(?:failed|unable|could not|cannot|can't)(?: to)? (?:verify|validate) (?:the |a )?(?:(?:server|peer|remote|host|client|TLS|SSL|X\.?509)(?:'s)? ){0,2}certificate\b(?! (?:request|identity|signing|arn|config|template))/i,
    /\b(?:SSL|TLS|server|peer|host|security|remote|website)(?:'s)? certificate (?:is|was) (?:invalid|not valid|bad|rejected|not accepted)\b(?! for)|(?:invalid|bad) (?:SSL|TLS|server|peer) certificate\b(?! (?:request|name|arn|file|data|format))/i,
    /certificate (?:chain )?(?:could not|cannot|can't) be (?:verified|validated|authenticated)|certificate (?:was )?rejected by|certificate chain is (?:not complete|incomplete)|any of the certificate's signature algorithms|Certificate pinning failure/i,
    /pinned public key|does not match pinned|ERR_SSL_PINNED_KEY|peer not authenticated/i,
    /no (?:serving |server )?certificate (?:is |was )?(?:available|configured)/i,
    /SSL certificate (?:problem|error)|certificate (?:chain )?(?:validation|verification)(?: has)? (?:error|failed|failure)|\bin the certificate verification|Error in the certificate\./i,
    /tls: (?:no certificates configured|received empty certificates message|server's certificate contains|failed to verify certificate)/i,
    /certificate is signed with an unacceptable|verify problem on certificate|certificate must use \S[^\n]{0,80}, instead [^\n]{1,40} (?:was|is) used/i,
    /\bbad_cert,|\{:bad_cert\b|certificate rejected: \[|ORA-(?:29024|28750|29003)\b|UNKNOWN_CERTIFICATE_VERIFICATION_ERROR/
  )
]

/** A quick look: a line without any of these cannot match the table. */
export const mayMatch =
  /x509|cert|\bca\b|\.crt\b|thumbprint|verif|ssl|tls|pkix|trust|issuer|principal name|altname|alternative|commonname|hostname|common name|ip sans|dnsname|server name type|no name matching|signature|root|pem|caBundle|remote error|alert|0x8009|0x800b|unknown_?ca|NotAfter|NotBefore|OCSP|pinned|DECODER|algid|key (?:values|type|does|file)|start_line|chaining error|private key|partialchain|nottimevalid|unable to (?:get|verify|find|parse)|keyusage|key usage|pinned|peer not|invalid_purpose|path_length|key_values|key identifier|basic constraints|asn1|ossl|crl|revoked|not verified|selfsigned|self[- ]signed|\[x509|validity|\bASN |subject name|unable to load|\bd2i_|\bder\b|not valid (?:anymore|after|before)|\bORA-2[89]/i
