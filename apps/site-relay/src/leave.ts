import type { ControlId } from '@headframe/protocol'
import { join } from 'node:path'
import { withholdInPolicyFile } from './command/policy-file.ts'
import { createControlStore } from './store/controls.ts'
import { openStore } from './store/open.ts'

/**
 * Forgets a control, and what the policy file lets it ask for [C4]; where it was. A relay that runs on this data ends its
 * link within a second, and keeps no events for it any more.
 */
export function leaveControl({ control, dataDir }: { control: ControlId; dataDir: string }): string {
  using db = openStore(join(dataDir, 'site.db'))
  const controls = createControlStore(db)
  const left = controls.all().find(each => each.control === control)
  if (!left) throw new Error(`this relay is not enrolled with ${control}`)
  withholdInPolicyFile(dataDir, control)
  controls.remove(control)
  return left.url
}
