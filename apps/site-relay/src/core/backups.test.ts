import { pino } from 'pino'
import { expect, test } from 'vitest'
import { realWorld } from '../edge/world.ts'
import { runBackups } from './backups.ts'
import type { Core } from './core.ts'

test('people are told once that no copy can be made, as soon as somebody can tell them, and again after a whole one', async () => {
  const ending = new AbortController()
  const told: string[] = []
  const changes: Core['changes'] = {
    flush: () => false,
    result: () => {},
    repeat: () => {},
    note: ({ code }) => void told.push(code),
  }
  const hours = ['stands by', 'fails', 'fails', 'whole', 'fails', 'fails'] as const
  let hour = -1
  const wholes: number[] = []
  await runBackups(
    {
      world: {
        ...realWorld,
        sleep: async () => {
          hour += 1
          if (hour === hours.length) ending.abort()
        },
      },
      signal: ending.signal,
      log: pino({ level: 'silent' }),
    },
    async () => {
      if (hours[hour] !== 'whole') throw new Error('is damaged')
      wholes.push(told.length)
    },
    () => (hours[hour] === 'stands by' ? null : { changes }),
  )
  expect([told, wholes]).toEqual([['no-backup', 'no-backup'], [1]])
})
