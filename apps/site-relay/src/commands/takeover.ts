import { openStores } from '../core/stores.ts'
import { machineName } from '../edge/world.ts'
import { loadKeys } from '../keys/keys.ts'
import type { Command } from './command.ts'
import { openPlace, placeOptions, readCommandWords } from './place.ts'

/** `headframe takeover --yes-the-other-is-off`: this box acts from now on, though no giver of the lease can be asked [S8]. */
export const command: Command = async words => {
  const sure = 'yes-the-other-is-off'
  const { values } = readCommandWords(words, { ...placeOptions, [sure]: { type: 'boolean' } })
  if (values[sure] !== true) {
    throw new Error(
      `two boxes that act at once send commands twice. Switch the other one off, look that it is, and say so: takeover --${sure}`,
    )
  }
  const { dataDir, keysDir } = openPlace(values)
  const stores = openStores(dataDir, loadKeys(keysDir, machineName()).vault)
  const term = stores.lease.takeOver(Date.now())
  stores.db.close()
  process.stdout.write(
    `This box acts under term ${term}. The giver of the lease is told so when it is there again, and keeps it so.\n`,
  )
}
