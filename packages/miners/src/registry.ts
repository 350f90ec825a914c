import type { CommandKind } from '@headframe/protocol'
import { antminerStock } from './antminer/antminer-stock.ts'
import { bitaxe } from './bitaxe/bitaxe.ts'
import type { Driver } from './driver.ts'
import { whatsminerV1, whatsminerV2 } from './whatsminer/v2.ts'
import { whatsminerV3 } from './whatsminer/v3.ts'

/** Every firmware that we can read. A new one is one line here. */
export const drivers: readonly Driver[] = [bitaxe, whatsminerV3, whatsminerV2, whatsminerV1, antminerStock]

export function driverById(id: string): Driver | null {
  return drivers.find(driver => driver.id === id) ?? null
}

/** No miner of this driver bears to be read more often, ms. */
export function pollFloorMsOf(id: string): number {
  return driverById(id)?.pollFloorMs ?? 2000
}

/** What people see as the capability table: which driver can do what. */
export function commandsOf(driver: Driver): readonly CommandKind[] {
  return commandKinds.filter(kind => driver.commands[kind] !== undefined)
}

const commandKinds: readonly CommandKind[] = ['reboot', 'locate', 'setPools']
