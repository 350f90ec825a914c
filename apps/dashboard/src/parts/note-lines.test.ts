import { relayId } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { noteLines } from './note-lines.ts'

const relay = relayId.parse('relay_north000000000000')

test('[S5] [S6] what relays noted and what of theirs is lost is one list, newest first', () => {
  const lines = noteLines({
    notes: [
      { relay, at: 40, level: 'warning', code: 'restored', text: 'It was restored.' },
      { relay, at: 10, level: 'info', code: 'started', text: 'It began.' },
    ],
    gaps: [{ relay, events: 1, lastAt: 30 }],
    quarantined: [{ relay, events: 2000, lastAt: 20 }],
  })
  expect(lines).toEqual([
    { relay, at: 40, isWarning: true, text: 'It was restored.' },
    { relay, at: 30, isWarning: true, text: '1 event never came: the relay lost it before it could be sent.' },
    { relay, at: 20, isWarning: true, text: '2,000 events could not be read. They are kept as they came.' },
    { relay, at: 10, isWarning: false, text: 'It began.' },
  ])
})
