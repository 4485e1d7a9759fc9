import { admission } from "./areas/Admission.ts"
import { admissionTls } from "./areas/AdmissionTls.ts"
import { aggregation } from "./areas/Aggregation.ts"
import { authentication } from "./areas/Authentication.ts"
import { authorization, rbac } from "./areas/Authorization.ts"
import { builtIns } from "./areas/BuiltIns.ts"
import { conversion } from "./areas/Conversion.ts"
import { customResources } from "./areas/CustomResources.ts"
import { deletion } from "./areas/Deletion.ts"
import { discovery } from "./areas/Discovery.ts"
import { dryRun } from "./areas/DryRun.ts"
import { events } from "./areas/Events.ts"
import { fieldManagement } from "./areas/FieldManagement.ts"
import { leases } from "./areas/Leases.ts"
import { lists } from "./areas/Lists.ts"
import { namespaces } from "./areas/Namespaces.ts"
import { objects } from "./areas/Objects.ts"
import { patches } from "./areas/Patches.ts"
import { watches } from "./areas/Watches.ts"
import type { Area } from "./support/Lab.ts"

/** What a Kubernetes API server does, as far as Holdfast and tests with it lean on it. */
export const areas: ReadonlyArray<Area> = [
  discovery,
  objects,
  builtIns,
  patches,
  fieldManagement,
  dryRun,
  lists,
  watches,
  deletion,
  namespaces,
  leases,
  events,
  customResources,
  conversion,
  admission,
  admissionTls,
  aggregation,
  authentication,
  authorization,
  rbac
]
