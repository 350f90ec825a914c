import type { Enrolled } from '@headframe/protocol'
import { createLog } from '../../../apps/site-relay/src/capture/process-edge.ts'
import { readConfig } from '../../../apps/site-relay/src/config/index.ts'
import { createCore, type Core, type CoreDeps } from '../../../apps/site-relay/src/core/core.ts'
import { runCore } from '../../../apps/site-relay/src/core/run.ts'
import { storesIn } from '../../../apps/site-relay/src/core/stores.ts'
import { realEdges } from '../../../apps/site-relay/src/edge/real-edges.ts'
import { openWebSocket } from '../../../apps/site-relay/src/edge/web-socket.ts'
import { realWorld } from '../../../apps/site-relay/src/edge/world.ts'
import { aFound, aReading } from '../../../apps/site-relay/src/fleet/builders.ts'
import type { Keys } from '../../../apps/site-relay/src/keys/keys.ts'
import { dialWith } from '../../../apps/site-relay/src/link/dial.ts'
import { openStore } from '../../../apps/site-relay/src/store/open.ts'
import { noCapture } from '../../harness/no-capture.ts'
import { logged, type LinkLog } from './link-log.ts'

/** A whole relay core without miners to ask: its inventory and readings are given. */
export interface BenchRelay extends Disposable {
  readonly core: Core
  /** Each miner tells something new. */
  readonly read: () => void
}

export interface RelaySpec {
  readonly enrolled: Enrolled
  readonly url: string
  readonly keys: Keys
  readonly miners: number
  readonly folder: string
  readonly log: () => LinkLog
}

const { config } = { config: readConfig({ path: 'relay.json', text: '{"healthPort":null}' }, {}) }
const silent = createLog('bench', 'silent')

export function startRelay({ enrolled, url, keys, miners, folder, log }: RelaySpec): BenchRelay {
  const db = openStore(':memory:')
  const stores = storesIn(db, keys.vault)
  stores.controls.save({ ...enrolled, url, enrolledAt: Date.now() })
  const ending = new AbortController()
  const dial = dialWith({ openWire: logged(openWebSocket, enrolled.relay, log), clock: realWorld })
  const edges = { ...realEdges(folder), dial }
  const deps: CoreDeps = {
    config,
    keys,
    stores,
    capture: noCapture,
    world: realWorld,
    edges,
    log: silent,
    signal: ending.signal,
  }
  const core = createCore(deps)
  const found = (index: number) => {
    const [mac, address] = [
      `02:00:00:00:00:${index.toString(16).padStart(2, '0').toUpperCase()}`,
      `127.99.0.${index + 1}`,
    ]
    const hashrateHs = 1e12 * (1 + Math.random())
    return aFound({ mac, address, reading: aReading({ at: Date.now(), mac, hashrateHs }) })
  }
  const added = Array.from({ length: miners }, (_, index) => core.fleet.add(found(index), Date.now()).id)
  runCore(core, deps)
  return {
    core,
    read: () => added.forEach((id, index) => core.fleet.tell(id, found(index))),
    [Symbol.dispose]: () => {
      ending.abort()
      db.close()
    },
  }
}
