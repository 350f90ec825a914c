import { controlId } from '@headframe/protocol'
import type { RelayConfig } from '../config/index.ts'
import type { Keys } from '../keys/keys.ts'
import type { PairDeps } from './pair.ts'
import { readSecret } from './sealed.ts'
import { createWitnessClient } from './witness-client.ts'

/** Who gives the lease to this box, as its configuration says; `null` for a relay without a standby. */
export function giverOf(standby: RelayConfig['standby'], { instance }: Keys): PairDeps['giver'] | null {
  if (standby === null) return null
  const control = controlId.safeParse(standby.lease)
  if (control.success) return control.data
  if (standby.secretFile === undefined) throw new Error('a witness without a secret')
  return createWitnessClient({ url: standby.lease, secret: readSecret(standby.secretFile), box: instance })
}
