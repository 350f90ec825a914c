import { existsSync } from 'node:fs'
import { runRelay } from '../box/run-relay.ts'
import type { Command } from './command.ts'
import { boxOf, placeOptions, readCommandWords } from './place.ts'

/** `headframe relay [--data ./data] [--keys ...] [--config ...]` */
export const command: Command = async words => {
  const { values } = readCommandWords(words, { ...placeOptions, config: { type: 'string' } })
  if (values.config !== undefined && !existsSync(values.config))
    throw new Error(`--config: there is no ${values.config}`)
  await runRelay({ ...boxOf(values), configPath: values.config })
}
