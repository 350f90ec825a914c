import type { Outcome } from '@headframe/protocol'
import type { MinerError, MinerErrorCode } from '../miner-error.ts'

type Code = NonNullable<Outcome['code']>
type Observed = Outcome['observed']

export function done(text: string, observed: Observed = {}): Outcome {
  return { kind: 'done', code: null, text, observed }
}

function refused(code: Code, text: string, observed: Observed = {}): Outcome {
  return { kind: 'refused', code, text, observed }
}

export function failed(code: Code, text: string, observed: Observed = {}): Outcome {
  return { kind: 'failed', code, text, observed }
}

export function unknown(code: Code, text: string, observed: Observed = {}): Outcome {
  return { kind: 'unknown', code, text, observed }
}

export function unsupported(text: string): Outcome {
  return { kind: 'unsupported', code: 'unsupported', text, observed: {} }
}

/** The outcome of a conversation that broke off. `acted`: a write may have arrived that was not turned down [C2]. */
export function outcomeOfError(error: MinerError, acted: boolean): Outcome {
  const code = outcomeCode[error.code]
  if (acted) return unknown(code, `It was sent, but what came of it was not seen: ${error.message}.`)
  if (error.code === 'unsupported') return unsupported(`This firmware cannot do it: ${error.message}.`)
  return error.refusal
    ? failed(code, `Nothing was changed: ${error.message}.`)
    : refused(code, `Nothing was changed: ${error.message}.`)
}

const outcomeCode: Readonly<Record<MinerErrorCode, Code>> = {
  timeout: 'timeout',
  refused: 'unreachable',
  unreachable: 'unreachable',
  closed: 'unreachable',
  unauthorized: 'unauthorized',
  'api-disabled': 'api-disabled',
  unsupported: 'unsupported',
  busy: 'busy',
  'not-ready': 'busy',
  'bad-reply': 'bad-reply',
  'too-large': 'bad-reply',
  'local-shortage': 'busy',
  aborted: 'interrupted',
  'unknown-family': 'no-driver',
}
