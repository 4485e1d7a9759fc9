import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import { clientSuite } from "./support/clientSuite.ts"

clientSuite("a real kube-apiserver", KubeApiserver.make())
