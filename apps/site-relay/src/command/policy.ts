import { commandKind, controlId, type CommandKind, type ControlId } from '@headframe/protocol'
import { z } from 'zod'

/** What each control may ask for [C4]. It is changed on this box only; a control that is not named may watch, and nothing else. */
const policy = z.strictObject({
  controls: z.record(controlId, z.strictObject({ allow: z.array(commandKind).max(64) })).default({}),
})
export type Policy = z.infer<typeof policy>

export type PolicyText =
  | { readonly kind: 'policy'; readonly policy: Policy }
  /** Nobody may do anything until it is mended: what a broken file meant to forbid is not known. */
  | { readonly kind: 'broken'; readonly text: string }

/** Reads the text of `policy.json`; null where there is no such file. */
export function parsePolicy(text: string | null): PolicyText {
  if (text === null) return { kind: 'policy', policy: { controls: {} } }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'broken', text: 'policy.json: not JSON; nothing is allowed until it is mended' }
  }
  const parsed = policy.safeParse(value)
  if (parsed.success) return { kind: 'policy', policy: parsed.data }
  const [issue] = parsed.error.issues
  const where = issue?.path.join('.') || 'the file'
  return { kind: 'broken', text: `policy.json: ${where}: ${issue?.message}; nothing is allowed until it is mended` }
}

export function allowedBy(read: PolicyText, control: ControlId): readonly CommandKind[] {
  return read.kind === 'policy' ? (read.policy.controls[control]?.allow ?? []) : []
}

/** The policy with nothing allowed to a control. */
export const withholding = ({ controls }: Policy, control: ControlId): Policy => ({
  controls: Object.fromEntries(Object.entries(controls).filter(([name]) => name !== control)),
})

/** The policy with these commands allowed to a control beside what it has. */
export function allowing(before: Policy, control: ControlId, kinds: readonly CommandKind[]): Policy {
  const allow = [...new Set([...(before.controls[control]?.allow ?? []), ...kinds])]
  return { controls: { ...before.controls, [control]: { allow } } }
}
