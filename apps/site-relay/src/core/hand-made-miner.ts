import { once } from 'node:events'
import { createServer } from 'node:http'

/** A Bitaxe for tests of the core: one page, and what it says can be changed. */
export interface HandMadeMiner {
  readonly address: string
  readonly port: number
  says: Record<string, unknown>
  /** How often it was asked. */
  readonly asked: () => number
  readonly close: () => void
}

/** What AxeOS 2.6 tells at `/api/system/info`, as far as it matters here. */
export const bitaxeInfo = {
  ASICModel: 'BM1370',
  boardVersion: '601',
  version: 'v2.6.0',
  macAddr: '30:AE:A4:00:00:01',
  hostname: 'axe',
  hashRate: 1210.5,
  frequency: 525,
  smallCoreCount: 2040,
  asicCount: 1,
  power: 17.5,
  temp: 55,
  vrTemp: 50,
  uptimeSeconds: 86_400,
  fanrpm: 4800,
  fanspeed: 60,
  sharesAccepted: 10,
  sharesRejected: 0,
  stratumURL: '127.0.0.1',
  stratumPort: 3333,
  stratumUser: 'worker',
}

export async function startHandMadeMiner(address: string, port = 0): Promise<HandMadeMiner> {
  let asked = 0
  const server = createServer((request, response) => {
    asked += 1
    response.setHeader('connection', 'close')
    if (request.url !== '/api/system/info') response.statusCode = 404
    response.end(response.statusCode === 404 ? '' : JSON.stringify(miner.says))
  })
  server.listen(port, address)
  await once(server, 'listening')
  const at = server.address()
  const miner: HandMadeMiner = {
    address,
    port: typeof at === 'object' && at ? at.port : port,
    says: { ...bitaxeInfo },
    asked: () => asked,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
  return miner
}
