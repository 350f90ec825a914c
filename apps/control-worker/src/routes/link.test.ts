import { reset, runInDurableObject } from 'cloudflare:test'
import { closes, paths, relayList } from '@headframe/protocol'
import { beforeEach, expect, test } from 'vitest'
import { OrgActor } from '../actors/org-actor.ts'
import { greet, linkBox, second, twoBoxes } from '../test/pair.ts'
import { siteStub } from '../test/rows.ts'

beforeEach(() => reset())

type Boxes = Awaited<ReturnType<typeof twoBoxes>>

const remove = ({ owner, org, enrolled, standbyKey }: Boxes) =>
  owner.delete(paths.relayBox(org, enrolled.relay, standbyKey.publicKey.slice(-8)))

async function standbysOf({ owner, org }: Boxes): Promise<number | undefined> {
  return relayList.parse((await owner.get(paths.relays(org))).body).relays[0]?.standbys?.length
}

/** Lets the disk of a site fail until what it returns is called. */
async function breakDisk(boxes: Boxes): Promise<() => Promise<void>> {
  let exec: unknown = null
  await runInDurableObject(siteStub(boxes.site), (_actor, { storage: { sql } }) => {
    exec = Reflect.get(sql, 'exec')
    sql.exec = () => {
      throw new Error('disk I/O error')
    }
  })
  return () =>
    runInDurableObject(siteStub(boxes.site), (_actor, { storage: { sql } }) => void Reflect.set(sql, 'exec', exec))
}

test('a box whose site could not be told is still there, and can be taken away again', async () => {
  const boxes = await twoBoxes()
  const { relay } = await linkBox(boxes.standbyKey, boxes.enrolled, { ...second, term: null })
  const mend = await breakDisk(boxes)
  expect((await remove(boxes)).status).toBe(500)
  expect(await standbysOf(boxes)).toBe(1)
  await mend()
  expect((await remove(boxes)).status).toBe(200)
  expect((await relay.wire.end()).code).toBe(closes.boxRemoved.code)
  expect(await standbysOf(boxes)).toBeUndefined()
})

test('a box that is taken away while its socket opens does not prove its key', async () => {
  const boxes = await twoBoxes()
  const read: OrgActor['relayBoxes'] = Reflect.get(OrgActor.prototype, 'relayBoxes')
  const readThenRemove = async function (this: OrgActor, ...of: Parameters<typeof read>) {
    Reflect.set(OrgActor.prototype, 'relayBoxes', read)
    const known = read.apply(this, of)
    await remove(boxes)
    return known
  }
  Reflect.set(OrgActor.prototype, 'relayBoxes', readThenRemove)
  const relay = await greet(boxes.standbyKey, boxes.enrolled, { ...second, term: null })
  expect((await relay.wire.end()).code).toBe(closes.late.code)
})
