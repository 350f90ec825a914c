import type { Driver } from '../driver.ts'
import { locate, reboot } from './commands.ts'
import { askIdentity, read, recognises } from './read.ts'
import { setPools } from './set-pools.ts'

/** Bitaxe boards with AxeOS (ESP-Miner). */
export const bitaxe: Driver = {
  id: 'bitaxe',
  name: 'Bitaxe AxeOS',
  identify: { priority: 20, recognises, settles: ['devdetails', 'v3'], ask: askIdentity },
  // A control board takes up to a second for a whole read.
  pollFloorMs: 2000,
  read,
  commands: { reboot, locate, setPools },
}
