import { randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { enrolRelay } from '../enrol.ts'

export interface LocalControl {
  readonly url: string
  /** Known to this start alone: it went to control by its environment. */
  readonly code: string
}

/** Easy to type from a screen; without letters that look like digits. */
const codeLetters = 'ABCDEFGHJKMNPQRSTVWXYZ23456789'

/** A code of 12 letters and digits (59 bits), in groups of four. */
export function makeCode(): string {
  const letters = Array.from({ length: 12 }, () => codeLetters.charAt(randomInt(codeLetters.length))).join('')
  return letters.replace(/(.{4})(?=.)/g, '$1-')
}

/**
 * Makes this box's relay known to its own control; a repeat tells it where control is now.
 * Whoever starts the box may locate and reboot from its dashboard; the policy file, once there, is theirs [C4].
 */
export async function joinLocalControl(
  control: LocalControl,
  place: { readonly dataDir: string; readonly keysDir: string },
): Promise<void> {
  const isNew = !existsSync(join(place.dataDir, 'policy.json'))
  await enrolRelay({ ...control, ...place, allow: isNew ? ['locate', 'reboot'] : [] })
}
