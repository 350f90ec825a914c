import { setTimeout as sleep } from 'node:timers/promises'
import { reservedMs } from '@headframe/protocol'
import { openStores } from '../core/stores.ts'
import { machineName } from '../edge/world.ts'
import { readHealth } from '../health/ask-health.ts'
import { loadKeys } from '../keys/keys.ts'
import type { LeaseStore } from '../store/lease.ts'
import type { Command } from './command.ts'
import { boxOf, openPlace, placeOptions, readCommandWords } from './place.ts'

const sure = 'yes-the-other-is-off'
const say = (text: string) => void process.stdout.write(`${text}\n`)

/**
 * `headframe takeover --yes-the-other-is-off`: this box acts, though no giver of the lease can be asked [S8]. A giver that
 * answers knows better: it gives the lease by itself once the other box is off.
 */
export const command: Command = async words => {
  const { values } = readCommandWords(words, { ...placeOptions, [sure]: { type: 'boolean' } })
  if (values[sure] !== true) {
    throw new Error(
      `two boxes that act at once send commands twice. Switch the other one off, look that it is, and say so: takeover --${sure}`,
    )
  }
  const { dataDir } = boxOf(values)
  const place = openPlace(values)
  const stores = openStores(place.dataDir, loadKeys(place.keysDir, machineName()).vault)
  try {
    await takeOver(stores.lease, dataDir)
  } finally {
    stores.db.close()
  }
}

/** It asks each second or two, and looks once more at what the other told last. */
const waitMs = reservedMs + 6000
const lookEveryMs = 500

async function takeOver(lease: LeaseStore, dataDir: string): Promise<void> {
  const runs = async () => (await readHealth(dataDir)).lease
  const before = await runs().catch(() => 'off' as const)
  if (before === null) throw new Error('this relay has no standby in its relay.json: it acts by itself')
  if (before !== 'off' && before.acts) return say(`This box acts already, under term ${before.term}.`)
  const term = lease.takeOver(Date.now())
  const reserved = `the giver of the lease was silent for ${Math.ceil(reservedMs / 1000)} s`
  if (before === 'off')
    return say(`No relay runs here, or none that can be asked. Once it runs, it acts when ${reserved}.`)
  say(`Waiting: this box acts when ${reserved}, or gives it the lease.`)
  for (const until = performance.now() + waitMs; performance.now() < until; await sleep(lookEveryMs)) {
    const now = await runs().catch(() => null)
    if (now?.acts) return say(`This box acts under term ${now.term}${now.byPerson ? ', because you said so' : ''}.`)
  }
  if (lease.read().own === term) throw new Error('this box does not act yet, and will when it can; see status')
  throw new Error('the giver of the lease answers, and the other box has it: that one is on. Nothing was changed')
}
