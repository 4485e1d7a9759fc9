import { throughVacuums } from "./support/vacuums.ts"

throughVacuums("aio")
