import type { Driver } from '../driver.ts'
import { askIdentity, recognises } from './identity.ts'
import { locate } from './locate.ts'
import { read } from './read.ts'
import { reboot } from './reboot.ts'
import { refresh } from './refresh.ts'
import { setPools } from './set-pools.ts'

/** Bitmain's own firmware, both generations of its web pages: forms until about 2020, JSON since. */
export const antminerStock: Driver = {
  id: 'antminer-stock',
  name: 'Antminer stock',
  identify: { priority: 90, recognises, settles: ['axe', 'v3'], ask: askIdentity },
  // A control board takes up to a second for a whole read.
  pollFloorMs: 2000,
  read,
  refresh,
  commands: { reboot, locate, setPools },
}
