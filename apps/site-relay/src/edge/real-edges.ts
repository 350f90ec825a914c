import { deflateRawSync } from 'node:zlib'
import { readPolicyFile } from '../command/policy-file.ts'
import type { Edges } from '../core/edges.ts'
import { dialWith } from '../link/dial.ts'
import { createMinerIo } from './miner-io.ts'
import { probeTarget } from './probe-target.ts'
import { openWebSocket } from './web-socket.ts'
import { realWorld } from './world.ts'

/** The network and disk of this machine. */
export const realEdges = (dataDir: string): Edges => ({
  miners: createMinerIo,
  probe: probeTarget,
  dial: dialWith({ openWire: openWebSocket, clock: realWorld }),
  deflate: bytes => deflateRawSync(bytes),
  readPolicy: () => readPolicyFile(dataDir),
})
