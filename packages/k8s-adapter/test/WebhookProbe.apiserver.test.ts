import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import { webhookSuite } from "./support/webhookSuite.ts"

webhookSuite("a real kube-apiserver", KubeApiserver.make())
