import { commandKind, type CommandKind } from '@headframe/protocol'
import { allowedBy } from '../command/policy.ts'
import { readPolicyFile } from '../command/policy-file.ts'
import { enrolRelay } from '../enrol.ts'
import type { Command } from './command.ts'
import { openPlace, placeOptions, readCommandWords } from './place.ts'

/** `headframe join <control url> <code> [--allow reboot,locate] [--new-key]` */
export const command: Command = async words => {
  const options = { ...placeOptions, allow: { type: 'string' }, 'new-key': { type: 'boolean' } } as const
  const { values, positionals } = readCommandWords(words, options)
  const [url, code] = positionals
  if (url === undefined || code === undefined)
    throw new Error('say which control, and the code it shows: join <url> <code>')
  const allow = kindsOf(values.allow ?? '')
  const place = openPlace(values)
  const { control, fingerprint } = await enrolRelay({
    url,
    code,
    allow,
    newKey: values['new-key'],
    ...place,
  })
  // A control that was joined before may have more than is given to it now.
  const allowed = allowedBy(readPolicyFile(place.dataDir), control)
  const may =
    allowed.length === 0
      ? 'It may watch and nothing else, until policy.json says so.'
      : `It may watch, and ask for: ${allowed.join(', ')}.`
  process.stdout.write(`Joined ${control}. Compare the key there: it ends in ${fingerprint}. ${may}\n`)
  if (values['new-key']) process.stdout.write(`${ofNewKey}\n`)
}

const ofNewKey =
  'A relay that runs here takes the new key when it starts again. Other controls know the one of before, which is kept as relay.key.old: join them anew.'

function kindsOf(text: string): CommandKind[] {
  const names = text.split(',').filter(name => name !== '')
  const kinds = commandKind.array().safeParse(names)
  if (kinds.success) return kinds.data
  throw new Error(`--allow knows ${commandKind.options.join(', ')}`)
}
