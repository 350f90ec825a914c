import type { Deflate } from '@headframe/protocol'
import type { PolicyText } from '../command/policy.ts'
import type { ScanDeps } from '../discovery/scan.ts'
import type { MinerIo, MinerIoDeps } from '../edge/miner-io.ts'
import type { LinksDeps } from '../link/links.ts'

/** What a core touches of the world, apart from its stores: miners, controls, and the policy file. */
export interface Edges {
  readonly miners: (deps: MinerIoDeps) => MinerIo
  readonly probe: ScanDeps['probe']
  readonly dial: LinksDeps['dial']
  readonly deflate: Deflate
  /** The policy as it is on disk now [C4]. */
  readonly readPolicy: () => PolicyText
}
