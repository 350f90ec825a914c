import { drivers } from '@headframe/miners'
import { text as readAll } from 'node:stream/consumers'
import { openStores } from '../core/stores.ts'
import { machineName } from '../edge/world.ts'
import { loadKeys } from '../keys/keys.ts'
import type { Command } from './command.ts'
import { openPlace, placeOptions, readCommandWords } from './place.ts'

/** `headframe credential set <driver> <user>`, with the password on stdin: a command line can be read by everyone on the machine. */
export const command: Command = async words => {
  const { values, positionals } = readCommandWords(words, placeOptions)
  const [verb, driver, user] = positionals
  if (verb !== 'set' || driver === undefined || user === undefined) {
    throw new Error('credential set <driver> <user>, with the password on stdin')
  }
  const known = drivers.map(each => each.id)
  if (!known.includes(driver)) throw new Error(`there is no driver "${driver}"; there are ${known.join(', ')}`)
  const password = (await readAll(process.stdin)).replace(/\r?\n$/, '')
  if (password === '' || password.length > 256) throw new Error('the password on stdin must have 1 to 256 characters')
  const { dataDir, keysDir } = openPlace(values)
  const stores = openStores(dataDir, loadKeys(keysDir, machineName()).vault)
  stores.credentials.set(driver, { user, password })
  stores.db.close()
  process.stdout.write(`The login of ${driver} miners is set. A relay that runs here uses it from now on.\n`)
}
