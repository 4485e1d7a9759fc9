import { admission } from "./areas/Admission.ts"
import { admissionTls } from "./areas/AdmissionTls.ts"
import { discovery } from "./areas/Discovery.ts"
import { dryRun } from "./areas/DryRun.ts"
import { fieldManagement } from "./areas/FieldManagement.ts"
import { lists } from "./areas/Lists.ts"
import { objects } from "./areas/Objects.ts"
import { patches } from "./areas/Patches.ts"
import { watches } from "./areas/Watches.ts"
import type { Area } from "./support/Lab.ts"

export const areas: ReadonlyArray<Area> = [
  discovery,
  objects,
  patches,
  fieldManagement,
  dryRun,
  lists,
  watches,
  admission,
  admissionTls
]
