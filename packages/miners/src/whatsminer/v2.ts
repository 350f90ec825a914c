import type { Driver } from '../driver.ts'
import { askIdentityV2, isBeforeWrites, recognisesWhatsminer } from './identity.ts'
import { pollFloorMs } from './poll-floor.ts'
import { readV2, refreshV2 } from './read-v2.ts'
import { locateV2, rebootV2, setPoolsV2 } from './commands-v2.ts'

/** Port 4028 alone, with sealed writes: firmware from 2022-07-29 until V3 came at the end of 2024. */
export const whatsminerV2: Driver = {
  id: 'whatsminer-v2',
  name: 'WhatsMiner V2',
  identify: {
    priority: 31,
    recognises: answers => recognisesWhatsminer(answers) && !isBeforeWrites(answers),
    settles: ['axe'],
    ask: askIdentityV2,
  },
  pollFloorMs,
  read: readV2,
  refresh: refreshV2,
  commands: { reboot: rebootV2, locate: locateV2, setPools: setPoolsV2 },
}

/** Firmware before 2022-07-29 reads the same and takes no writes. */
export const whatsminerV1: Driver = {
  id: 'whatsminer-v1',
  name: 'WhatsMiner V1',
  identify: {
    priority: 32,
    recognises: answers => recognisesWhatsminer(answers) && isBeforeWrites(answers),
    settles: ['axe'],
    ask: askIdentityV2,
  },
  pollFloorMs,
  read: readV2,
  refresh: refreshV2,
  commands: {},
}
