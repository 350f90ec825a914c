import { commandKind, type CommandKind } from '@headframe/protocol'
import { enrolRelay } from '../enrol.ts'
import type { Command } from './command.ts'
import { openPlace, placeOptions, readCommandWords } from './place.ts'

/** `headframe join <control url> <code> [--allow reboot,locate]` */
export const command: Command = async words => {
  const { values, positionals } = readCommandWords(words, { ...placeOptions, allow: { type: 'string' } })
  const [url, code] = positionals
  if (url === undefined || code === undefined)
    throw new Error('say which control, and the code it shows: join <url> <code>')
  const allow = kindsOf(values.allow ?? '')
  const { control, fingerprint } = await enrolRelay({ url, code, allow, ...openPlace(values) })
  const may =
    allow.length === 0
      ? 'It may watch and nothing else, until policy.json says so.'
      : `It may watch, and ask for: ${allow.join(', ')}.`
  process.stdout.write(`Joined ${control}. Compare the key there: it ends in ${fingerprint}. ${may}\n`)
}

function kindsOf(text: string): CommandKind[] {
  const names = text.split(',').filter(name => name !== '')
  const kinds = commandKind.array().safeParse(names)
  if (kinds.success) return kinds.data
  throw new Error(`--allow knows ${commandKind.options.join(', ')}`)
}
