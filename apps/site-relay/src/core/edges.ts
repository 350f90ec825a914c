import type { Deflate } from '@headframe/protocol'
import type { PolicyText } from '../command/policy.ts'
import type { ScanDeps } from '../discovery/scan.ts'
import type { MinerIo, MinerIoDeps } from '../edge/miner-io.ts'
import type { HistoryFiles } from '../history/files.ts'
import type { LinksDeps } from '../link/links.ts'

/** What a core touches of the world, apart from its stores: miners, controls, the policy file, and the files of history. */
export interface Edges {
  readonly miners: (deps: MinerIoDeps) => MinerIo
  readonly probe: ScanDeps['probe']
  readonly dial: LinksDeps['dial']
  readonly deflate: Deflate
  /** The policy as it is on disk now [C4]. */
  readonly readPolicy: () => PolicyText
  readonly history: HistoryFiles
  /** Something on this box vouches for its wall clock, which says so [T3]. */
  readonly isClockSynchronised: (now: number) => boolean
}
