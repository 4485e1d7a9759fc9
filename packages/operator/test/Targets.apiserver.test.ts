import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import { targetSuite } from "./support/targetSuite.ts"

targetSuite("a real kube-apiserver", KubeApiserver.make())
