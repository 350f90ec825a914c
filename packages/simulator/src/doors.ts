import { antminerDoors } from './antminer/doors.ts'
import { bitaxeDoors } from './bitaxe/doors.ts'
import type { Model } from './model.ts'
import type { Door, Inside } from './protocol.ts'
import { whatsminerDoors } from './whatsminer/doors.ts'

/** The ports of a miner of this model. */
export function doorsOf(model: Model, inside: Inside): readonly Door[] {
  switch (model.family) {
    case 'antminer':
      return antminerDoors(inside, model)
    case 'whatsminer':
      return whatsminerDoors(inside, model)
    case 'bitaxe':
      return bitaxeDoors(inside, model)
  }
}
