import type { CommandKind, ControlId } from '@headframe/protocol'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { allowing, parsePolicy, withholding, type Policy, type PolicyText } from './policy.ts'

const pathIn = (dataDir: string) => join(dataDir, 'policy.json')

/** The policy as it is on disk now: it is read again for each command, so that a change holds from the next one on. */
export function readPolicyFile(dataDir: string): PolicyText {
  try {
    return parsePolicy(readFileSync(pathIn(dataDir), 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return parsePolicy(null)
    return { kind: 'broken', text: 'policy.json: cannot be read; nothing is allowed until it is mended' }
  }
}

/** Lets a control ask for these commands. Run by a person on this box, never over a link. */
export function allowInPolicyFile(dataDir: string, control: ControlId, kinds: readonly CommandKind[]): void {
  changePolicyFile(dataDir, policy => allowing(policy, control, kinds))
}

/** Lets a control ask for nothing any more. */
export function withholdInPolicyFile(dataDir: string, control: ControlId): void {
  changePolicyFile(dataDir, policy => withholding(policy, control))
}

function changePolicyFile(dataDir: string, change: (policy: Policy) => Policy): void {
  const read = readPolicyFile(dataDir)
  if (read.kind === 'broken') throw new Error(read.text)
  const draft = `${pathIn(dataDir)}.${process.pid}`
  const text = JSON.stringify(change(read.policy), null, 2)
  writeFileSync(draft, `${text}\n`, { mode: 0o600, flush: true })
  renameSync(draft, pathIn(dataDir))
}
