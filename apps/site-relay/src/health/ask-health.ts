import { join } from 'node:path'
import { readHealthPort } from './port-note.ts'
import { toldHealth, type ToldHealth } from './status-lines.ts'

const answerMs = 5000

/** What the relay of a data folder says of itself, as it says it. Looks and makes nothing: it has to work on a full disk too. */
export async function askHealth(dataDir: string): Promise<unknown> {
  const port = readHealthPort(join(dataDir, 'relay'))
  if (port === null) throw new Error('the relay of this data folder has not run yet, or its healthPort is null')
  const url = `http://127.0.0.1:${port}/`
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerMs) })
    return await response.json()
  } catch (cause) {
    throw new Error(`no relay answers at ${url}; is it running?`, { cause })
  }
}

/** The same, as far as it is told to people. */
export async function readHealth(dataDir: string): Promise<ToldHealth> {
  const health = toldHealth.safeParse(await askHealth(dataDir))
  if (!health.success) throw new Error('the relay that answers is of another release; ask it with status --json')
  return health.data
}
