import { enrolment, paths } from '@headframe/protocol'
import { enrolRelay, newKey, TestRelay, type Key, type Linked } from './relay.ts'
import { seed } from './seed.ts'

type Seed = Awaited<ReturnType<typeof seed>>

/** A relay of two boxes: the first is linked, the second enrolled. */
export async function twoBoxes(term = 1) {
  const seeded = await seed()
  const key = await newKey()
  const enrolled = await enrolRelay(key)
  const standbyKey = await enrolStandby(seeded, enrolled.relay)
  const first = await linkBox(key, enrolled, { term, epoch: 1 })
  return { ...seeded, first, key, enrolled, standbyKey }
}

async function enrolStandby({ owner, org, site }: Seed, standbyOf: Linked['enrolled']['relay']): Promise<Key> {
  const asked = await owner.post(paths.enrolments(org), { site, name: 'Second box', standbyOf })
  const key = await newKey()
  const { relay } = await enrolRelay(key, { code: enrolment.parse(asked.body).code, instance: 'box-2' })
  if (relay !== standbyOf) throw new Error('another relay')
  return key
}

interface As {
  readonly term: number | null
  readonly epoch: number
  readonly instance?: string
  readonly cohorts?: readonly number[]
}

export async function greet(key: Key, enrolled: Linked['enrolled'], { term, epoch, instance = 'box-1', cohorts }: As) {
  const relay = await TestRelay.dial(enrolled.relay)
  await relay.prove(key, enrolled, instance)
  relay.hello(epoch, term, cohorts)
  return relay
}

export async function linkBox(key: Key, enrolled: Linked['enrolled'], as: As) {
  const relay = await greet(key, enrolled, as)
  return { relay, welcome: await relay.next('welcome') }
}

export const second = { instance: 'box-2', epoch: 5 }
