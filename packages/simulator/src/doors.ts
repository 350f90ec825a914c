import { bitaxeDoors } from './bitaxe/doors.ts'
import type { Model } from './model.ts'
import type { Door, Inside } from './protocol.ts'

/** The ports of a miner of this model. */
export function doorsOf(model: Model, inside: Inside): readonly Door[] {
  switch (model.family) {
    case 'antminer':
      return []
    case 'whatsminer':
      return []
    case 'bitaxe':
      return bitaxeDoors(inside, model)
  }
}
