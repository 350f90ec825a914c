import { reset, runInDurableObject } from 'cloudflare:test'
import { beforeEach, expect, test } from 'vitest'
import { random } from '../random.ts'
import { newId } from '@headframe/protocol'
import { siteStub } from '../test/rows.ts'
import { seed } from '../test/seed.ts'
import { newRelay, openRelayBook } from './relay-book.ts'

beforeEach(() => reset())

test('a relay enrolled when the clock of its site says so', async () => {
  const { site } = await seed()
  const id = newId('relay', random)
  const addedAt = await runInDurableObject(siteStub(site), (_actor, { storage }) => {
    const book = openRelayBook(storage.sql, () => 1_790_000_000_000)
    book.save(newRelay({ id, name: 'North' }, 1))
    return book.addedAt(id)
  })
  expect(addedAt).toBe(1_790_000_000_000)
})
