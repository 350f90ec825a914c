import { resolve } from 'node:path'
import { serveWitness } from '../lease/witness-server.ts'
import type { Command } from './command.ts'
import { readCommandWords } from './place.ts'

const say = (text: string) => void process.stderr.write(`${text}\n`)

/** `headframe witness [--listen 127.0.0.1:8795] [--data ./witness]`: says which of two boxes acts, on a third machine. */
export const command: Command = async words => {
  const text = { type: 'string' } as const
  const { values } = readCommandWords(words, { listen: text, data: text })
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(values.listen ?? '127.0.0.1:8795') ?? []
  if (host === '' || Number(port) > 65_535) throw new Error('--listen must be an address and a port: 10.0.0.9:8795')
  const dir = resolve(values.data ?? './witness')
  await using witness = await serveWitness({ dir, host, port: Number(port), say })
  process.stdout.write(
    `The witness listens on ${host}:${witness.port}. Copy ${witness.secretPath} to both boxes, and name it in relay.json:\n` +
      `  "standby": { "lease": "http://${host}:${witness.port}", "secretFile": "..." }\n`,
  )
  if (/^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/.test(host))
    say('No other machine reaches this address. For boxes elsewhere: witness --listen <address of this machine>:8795')
  await new Promise<void>(ended => {
    process.once('SIGINT', () => ended())
    process.once('SIGTERM', () => ended())
  })
}
