import { deflateRawSync } from 'node:zlib'
import { readPolicyFile } from '../command/policy-file.ts'
import type { Edges } from '../core/edges.ts'
import { dial } from '../link/dial.ts'
import { createMinerIo } from './miner-io.ts'
import { probeTarget } from './probe-target.ts'

/** The network and disk of this machine. */
export const realEdges = (dataDir: string): Edges => ({
  miners: createMinerIo,
  probe: probeTarget,
  dial,
  deflate: bytes => deflateRawSync(bytes),
  readPolicy: () => readPolicyFile(dataDir),
})
