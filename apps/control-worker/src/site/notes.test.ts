import { reset, runInDurableObject } from 'cloudflare:test'
import { paths, siteNotes } from '@headframe/protocol'
import { beforeEach, expect, test } from 'vitest'
import { linkRelay } from '../test/relay.ts'
import { siteStub } from '../test/rows.ts'
import { seed } from '../test/seed.ts'
import { readNotes } from './notes.ts'

beforeEach(() => reset())

const note = (text: string, level = 'info') => ({ type: 'note', level, code: 'test', text })

async function site() {
  const { owner, site } = await seed()
  const { relay, enrolled } = await linkRelay()
  const read = async () => siteNotes.parse((await owner.get(paths.notes(site))).body)
  return { site, relay, id: enrolled.relay, read }
}

test('what relays note can be read, newest first, and no more than a hundred', async () => {
  const { relay, id, read } = await site()
  expect(await read()).toEqual({ notes: [], gaps: [], quarantined: [] })
  relay.events(
    Array.from({ length: 101 }, (_, place) => note(`note ${place}`, 'warning')),
    { epoch: 1, seq: 1 },
  )
  await relay.next('durable')
  const { notes } = await read()
  expect(notes).toHaveLength(100)
  expect(notes[0]).toMatchObject({ relay: id, level: 'warning', code: 'test', text: 'note 100' })
  expect(notes.at(-1)).toMatchObject({ text: 'note 1' })
})

test('[S5] [S6] events that never came, and those that could not be read, are counted', async () => {
  const { relay, id, read } = await site()
  relay.events([note('a'), { type: 'from the future' }], { epoch: 1, seq: 1 })
  relay.events([note('b')], { epoch: 1, seq: 5 })
  relay.events([note('c')], { epoch: 1, seq: 9 })
  for (let message = 0; message < 3; message++) await relay.next('durable')
  expect(await read()).toMatchObject({
    gaps: [{ relay: id, events: 5 }],
    quarantined: [{ relay: id, events: 1 }],
  })
})

test('[T3] times are by the clock of control, whatever that of the relay says', async () => {
  const { site: id, relay, read } = await site()
  relay.events([note('a'), { type: 'from the future' }], { epoch: 1, seq: 1 })
  await relay.next('durable')
  const before = await read()
  const hour = 3_600_000
  const ahead = await runInDurableObject(siteStub(id), (_actor, { storage }) => readNotes(storage.sql, () => hour))
  expect([ahead.notes[0]?.at, ahead.quarantined[0]?.lastAt]).toEqual([
    before.notes[0]!.at - hour,
    before.quarantined[0]!.lastAt - hour,
  ])
})
