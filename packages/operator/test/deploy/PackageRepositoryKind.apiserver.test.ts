import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import { packageRepositoryKindSuite } from "./packageRepositoryKindSuite.ts"

packageRepositoryKindSuite("a real kube-apiserver", KubeApiserver.make())
