import type { Moment } from '@headframe/protocol'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { readConfig } from '../config/index.ts'
import { realWorld } from '../edge/world.ts'
import { tenAt } from '../history/builders.ts'
import { createMemoryFiles } from '../history/memory-files.ts'
import { segmentName } from '../history/segment.ts'
import { openHistory } from './open-history.ts'

const hourMs = 3_600_000

/** How good the clock is said to be, some minutes after ten, by a box that left these segments. */
function clockAfter(...ends: readonly Moment[]) {
  const names = ends.map(last => segmentName({ first: { ...last, at: last.at - 60_000 }, last }))
  const history = openHistory(
    {
      config: readConfig({ path: 'relay.json', text: null }, {}),
      stores: { journal: { epoch: () => 9 } },
      world: { ...realWorld, now: () => tenAt + 300_000 },
      edges: {
        history: createMemoryFiles(new Map(names.map(name => [name, new Uint8Array(100)]))),
        isClockSynchronised: () => false,
      },
      log: pino({ level: 'silent' }),
    },
    { tables: () => [], newEpoch: () => {} },
  )
  return history.clock()
}

test('[T3] a clock that is behind what was written last is wrong', () => {
  expect(clockAfter({ epoch: 1, at: tenAt + hourMs })).toBe('wrong')
})

test('[T3] an hour that was written under a clock that ran ahead, and was set right since, makes no clock wrong', () => {
  expect(clockAfter({ epoch: 1, at: tenAt + hourMs }, { epoch: 2, at: tenAt })).toBe('plausible')
})
