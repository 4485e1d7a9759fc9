import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import { webhookCertificateKindSuite } from "./webhookCertificateKindSuite.ts"

webhookCertificateKindSuite("a real kube-apiserver", KubeApiserver.make())
