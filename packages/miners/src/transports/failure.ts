import { MinerError, type MinerErrorCode } from '../miner-error.ts'

/** What a socket's error means. A shortage on our side is never "the miner is absent". */
export function failureOf(error: unknown, sent: boolean): MinerError {
  if (error instanceof MinerError) return error
  const name = error instanceof Error && 'code' in error ? String(error.code) : ''
  // Node names what its HTTP parser rejects HPE_...
  const code = codes[name] ?? (name.startsWith('HPE_') ? 'bad-reply' : 'closed')
  const options =
    code === 'local-shortage' || code === 'refused' || code === 'unreachable'
      ? { cause: error }
      : { cause: error, sent }
  return new MinerError(code, words[code] ?? 'the connection broke', options)
}

export function timedOut(sent: boolean): MinerError {
  return new MinerError('timeout', 'the miner did not answer in time', { sent })
}

export function tooLarge(): MinerError {
  return new MinerError('too-large', 'the reply is larger than a miner sends')
}

export function aborted(sent: boolean): MinerError {
  return new MinerError('aborted', 'it was broken off', { sent })
}

const codes: Readonly<Record<string, MinerErrorCode>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
  EMFILE: 'local-shortage',
  ENFILE: 'local-shortage',
  ENOBUFS: 'local-shortage',
  ENOMEM: 'local-shortage',
  EADDRNOTAVAIL: 'local-shortage',
  EADDRINUSE: 'local-shortage',
  EAGAIN: 'local-shortage',
}

const words: Readonly<Partial<Record<MinerErrorCode, string>>> = {
  refused: 'nothing listens there',
  unreachable: 'there is no way to its address',
  timeout: 'the miner did not answer in time',
  closed: 'the miner closed the connection',
  'bad-reply': 'the reply is no HTTP',
  'local-shortage': 'this machine is short of sockets or ports',
}
