import { resolve } from 'node:path'
import { runRelay } from '../box/run-relay.ts'
import type { Command } from './command.ts'
import { placeOptions, readCommandWords } from './place.ts'

/** `headframe relay [--config <file>]` */
export const command: Command = async words => {
  const { values } = readCommandWords(words, { ...placeOptions, config: { type: 'string' } })
  const dataDir = resolve(values.data ?? './data')
  const keysDir = resolve(values.keys ?? `${dataDir}.keys`)
  await runRelay({ dataDir, keysDir, configPath: values.config })
}
