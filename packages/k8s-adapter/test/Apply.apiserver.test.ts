import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import { applySuite } from "./support/applySuite.ts"

applySuite("a real kube-apiserver", KubeApiserver.make())
