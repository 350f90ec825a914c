import type { Problem, ProblemCode } from '@headframe/protocol'
import type { Row } from '../reading/rows.ts'
import { num } from '../reading/number.ts'
import { text } from '../reading/text.ts'
import { meanings, type Meaning } from './error-meanings.ts'

/** Codes arrive as keys with their time: `{"541":"2024-01-01 00:00:00"}`; V3 adds the machine's own `reason`. */
export function errorProblems(found: readonly Row[]): readonly Problem[] {
  return found.flatMap(one =>
    Object.keys(one)
      .filter(key => /^\d{1,8}$/.test(key))
      .map(code => problemOf(code, text(one['reason']))),
  )
}

/** Older firmware puts them into its summary: `"Error Code 0":110`. */
export function codesInSummary(summary: Row): readonly Row[] {
  return Object.entries(summary)
    .filter(([key, value]) => /^Error Code \d+$/.test(key) && num(value) !== null)
    .slice(0, 64)
    .map(([, value]) => ({ [String(num(value))]: '' }))
}

function problemOf(vendorCode: string, reason: string | null): Problem {
  const known = meaningOf(vendorCode)
  return {
    vendorCode,
    code: known?.code ?? 'other',
    component: known?.component ?? null,
    // A code that nobody has listed is shown as it is, never dropped.
    text: known?.text ?? reason ?? 'The machine shows a code that we do not know.',
  }
}

function meaningOf(code: string): Meaning | null {
  if (/^[2-9]\d{5}$/.test(code)) return chipFault(code)
  const exact = meanings.get(code)
  if (exact) return exact
  const number = code.at(-1) ?? ''
  const perPart = number <= '8' ? meanings.get(`${code.slice(0, -1)}n`) : undefined
  return perPart ? { ...perPart, component: `${perPart.component === 'pools' ? 'pool' : 'hashboard'} ${number}` } : null
}

/** Six digits: two say what, one the hashboard, three the chip. */
function chipFault(code: string): Meaning | null {
  const kind = chipKinds[code.slice(0, 2)]
  if (!kind) return null
  return {
    code: kind.code,
    component: `hashboard ${code.charAt(2)}`,
    text: `Chip ${Number(code.slice(3))} ${kind.text}.`,
  }
}

const chipKinds: Readonly<Record<string, { readonly code: ProblemCode; readonly text: string }>> = {
  '52': { code: 'hashboard-fault', text: 'finds wrong nonces' },
  '53': { code: 'hashboard-fault', text: 'finds too few nonces' },
  '54': { code: 'chip-too-hot', text: 'is too hot' },
  '55': { code: 'hashboard-fault', text: 'had to be reset' },
  '56': { code: 'hashboard-fault', text: 'finds no nonces' },
}
