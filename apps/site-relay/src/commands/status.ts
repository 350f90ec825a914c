import { askHealth, readHealth } from '../health/ask-health.ts'
import { statusLines } from '../health/status-lines.ts'
import { printJson, type Command } from './command.ts'
import { boxOf, placeOptions, readCommandWords } from './place.ts'

/** `headframe status`: how the relay is that runs on this box. With `--json`, its health page as it is. */
export const command: Command = async words => {
  const { values } = readCommandWords(words, { ...placeOptions, json: { type: 'boolean' } })
  const { dataDir } = boxOf(values)
  if (values.json) return printJson(await askHealth(dataDir))
  process.stdout.write(`${statusLines(await readHealth(dataDir), Date.now()).join('\n')}\n`)
}
