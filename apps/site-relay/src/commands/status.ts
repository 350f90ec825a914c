import { loadConfig } from '../config/index.ts'
import { printJson, type Command } from './command.ts'
import { configPathIn, openPlace, placeOptions, readCommandWords } from './place.ts'

const answerMs = 5000

/** `headframe status`: the health page of the relay that runs on this box. */
export const command: Command = async words => {
  const { values } = readCommandWords(words, {
    ...placeOptions,
    json: { type: 'boolean' },
    port: { type: 'string' },
    config: { type: 'string' },
  })
  const { healthPort } = loadConfig(values.config ?? configPathIn(openPlace(values).dataDir), process.env)
  const port = values.port ?? healthPort
  if (port === null) throw new Error('the configuration has no healthPort; set one to see the status')
  printJson(await ask(`http://127.0.0.1:${port}/`))
}

async function ask(url: string): Promise<unknown> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerMs) })
    return await response.json()
  } catch (cause) {
    throw new Error(`no relay answers at ${url}; is it running?`, { cause })
  }
}
