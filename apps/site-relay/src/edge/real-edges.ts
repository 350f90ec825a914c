import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { readPolicyFile } from '../command/policy-file.ts'
import type { Edges } from '../core/edges.ts'
import { dialWith } from '../link/dial.ts'
import { isClockSynchronised } from './clock-sign.ts'
import { openHistoryFiles } from './history-files.ts'
import { createMinerIo } from './miner-io.ts'
import { probeFrom } from './probe-target.ts'
import { openWebSocket } from './web-socket.ts'
import { realWorld } from './world.ts'

/**
 * The network and disk of this machine.
 * @param localAddress which of its addresses miners are asked from; the system's choice when absent
 */
export const realEdges = (dataDir: string, localAddress?: string): Edges => ({
  miners: deps => createMinerIo({ ...deps, localAddress }),
  probe: probeFrom(localAddress),
  dial: dialWith({ openWire: openWebSocket, clock: realWorld }),
  deflate: bytes => deflateRawSync(bytes),
  readPolicy: () => readPolicyFile(dataDir),
  history: openHistoryFiles(join(dataDir, 'history')),
  isClockSynchronised,
})
