import { identifyMiner, MinerError, readMiner, type Identified } from '@headframe/miners'
import { createTransport } from '@headframe/miners/transports'
import type { Reading } from '@headframe/protocol'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openStores } from '../core/stores.ts'
import { machineName } from '../edge/world.ts'
import { loadKeys } from '../keys/keys.ts'
import type { Credential } from '../store/credentials.ts'
import { printJson, type Command } from './command.ts'
import { boxOf, placeOptions, readCommandWords } from './place.ts'

const deadlineMs = 30_000
const requestMs = 5000

/** `headframe read <address> [--port-map 80=18080,4028=14028] --json` */
export const command: Command = async words => {
  const options = { ...placeOptions, json: { type: 'boolean' }, 'port-map': { type: 'string' } } as const
  const { values, positionals } = readCommandWords(words, options)
  const [address] = positionals
  if (address === undefined) throw new Error('say which miner: read <address>')
  const ports = portsOf(values['port-map'] ?? '')
  const reading = await readAt({ address, ports, credentials: credentialsOf(values) })
  if (values.json) printJson(reading)
  else process.stdout.write(`${linesOf(reading).join('\n')}\n`)
}

interface At {
  readonly address: string
  readonly ports: Readonly<Record<string, number>>
  readonly credentials: Readonly<Record<string, Credential>> | null
}

async function readAt({ address, ports, credentials }: At): Promise<Reading> {
  const transport = createTransport({ address, ports, credentials, timeoutMs: requestMs })
  const signal = AbortSignal.timeout(deadlineMs)
  try {
    const found = await identifyMiner({ transport, signal })
    if (found.kind !== 'miner') throw new Error(whyNot(address, found))
    return await readMiner({ driver: found.driver, transport, signal, now: Date.now })
  } catch (error) {
    if (error instanceof MinerError) throw new Error(`${address}: ${error.message} (${error.code})`, { cause: error })
    throw error
  }
}

const whyNot = (address: string, found: Exclude<Identified, { kind: 'miner' }>) =>
  found.kind === 'silent'
    ? `${address}: nothing answers as a miner does; check the address, the network and --port-map`
    : `${address}: no driver knows this machine; it says ${JSON.stringify(found.said)}`

/** Logins set on this box, where there are any. */
function credentialsOf(values: { data?: string | undefined; keys?: string | undefined }) {
  const box = boxOf(values)
  const dataDir = join(box.dataDir, 'relay')
  if (!existsSync(join(dataDir, 'site.db'))) return null
  const stores = openStores(dataDir, loadKeys(box.keysDir, machineName()).vault)
  try {
    return stores.credentials.all()
  } finally {
    stores.db.close()
  }
}

function portsOf(text: string): Record<string, number> {
  const pairs = text.split(',').filter(pair => pair !== '')
  return Object.fromEntries(
    pairs.map(pair => {
      const [, from, to] = /^(\d{1,5})=(\d{1,5})$/.exec(pair) ?? []
      if (from === undefined || Number(to) < 1 || Number(to) > 65_535) {
        throw new Error(`--port-map: "${pair}" is not like 80=18080`)
      }
      return [from, Number(to)]
    }),
  )
}

function linesOf(reading: Reading): string[] {
  const show = (value: number | null, unit: string) => (value === null ? 'unknown' : `${value} ${unit}`)
  return [
    `${reading.make ?? 'Unknown make'} ${reading.model ?? 'unknown model'}, ${reading.firmware ?? 'unknown firmware'} ${reading.firmwareVersion ?? ''}`,
    `mining    ${reading.mining}`,
    `hashrate  ${show(reading.hashrateHs === null ? null : Math.round(reading.hashrateHs / 1e9) / 1e3, 'TH/s')}`,
    `power     ${show(reading.powerW, 'W')}`,
    `uptime    ${show(reading.uptimeS, 's')}`,
    ...reading.problems.map(problem => `problem   ${problem.code} ${problem.text ?? ''}`),
  ]
}
