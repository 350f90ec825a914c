import { join } from 'node:path'
import { readHealthPort } from '../health/port-note.ts'
import { statusLines, toldHealth } from '../health/status-lines.ts'
import { printJson, type Command } from './command.ts'
import { boxOf, placeOptions, readCommandWords } from './place.ts'

const answerMs = 5000

/** `headframe status`: how the relay is that runs on this box. With `--json`, its health page as it is. */
export const command: Command = async words => {
  const { values } = readCommandWords(words, { ...placeOptions, json: { type: 'boolean' } })
  // It looks and makes nothing: it has to answer on a full disk, and in the wrong folder too.
  const port = readHealthPort(join(boxOf(values).dataDir, 'relay'))
  if (port === null) throw new Error('the relay of this data folder has not run yet, or its healthPort is null')
  const said = await ask(`http://127.0.0.1:${port}/`)
  if (values.json) return printJson(said)
  const health = toldHealth.safeParse(said)
  if (!health.success) throw new Error('the relay that answers is of another release; ask it with --json')
  process.stdout.write(`${statusLines(health.data, Date.now()).join('\n')}\n`)
}

async function ask(url: string): Promise<unknown> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerMs) })
    return await response.json()
  } catch (cause) {
    throw new Error(`no relay answers at ${url}; is it running?`, { cause })
  }
}
