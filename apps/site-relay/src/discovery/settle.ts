import type { EventBody, MinerId, MinerInfo } from '@headframe/protocol'
import type { Fleet } from '../fleet/fleet.ts'
import type { Found } from '../fleet/inventory.ts'
import { placeMiner } from './identity.ts'

export interface SettleDeps {
  readonly fleet: Fleet
  /** Asks at its old address whether a miner is still there: the reading's MAC and serial decide. */
  readonly isStillThere: (info: MinerInfo) => Promise<boolean>
  readonly note: (note: Omit<Extract<EventBody, { type: 'note' }>, 'type'>) => void
  /** A miner was found that its polls may have given up. `wasRead`: it told about itself just now. */
  readonly onFound: (id: MinerId, wasRead: boolean) => void
  /** Epoch ms. */
  readonly now: () => number
}

/** Gives a machine that told who it is its place: the miner that we know, that miner at a new address, or a new one. */
export async function settle(found: Found, deps: SettleDeps): Promise<void> {
  const { fleet } = deps
  const seen = new Map<MinerId, boolean>()
  for (;;) {
    const placement = placeMiner(found, fleet.inventory, id => seen.get(id) ?? null)
    switch (placement.kind) {
      case 'verify': {
        const info = fleet.inventory.get(placement.id)
        seen.set(placement.id, info !== null && (await deps.isStillThere(info)))
        continue
      }
      case 'same':
      case 'moved':
        fleet.tell(placement.id, found)
        deps.onFound(placement.id, found.reading !== null)
        return
      case 'duplicate':
        deps.note(duplicateNote(found, fleet.inventory.get(placement.of)))
        fleet.add(found, deps.now())
        return
      case 'new':
        fleet.add(found, deps.now())
        return
    }
  }
}

function duplicateNote(found: Found, of: MinerInfo | null) {
  return {
    level: 'warning' as const,
    code: 'duplicate-identity',
    text: `${found.address} shows the MAC or serial of the miner at ${of?.address ?? 'another address'}. Both are kept; one is a clone or misread.`,
  }
}
