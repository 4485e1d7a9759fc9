import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import { runtimeSuite } from "./support/runtimeSuite.ts"

runtimeSuite("a real kube-apiserver", KubeApiserver.make())
