/** What can go wrong between us and a miner. Closed list: callers branch on it, never on the message. */
export type MinerErrorCode =
  | 'timeout'
  | 'refused'
  | 'unreachable'
  | 'closed'
  | 'unauthorized'
  | 'api-disabled'
  | 'unsupported'
  | 'busy'
  | 'not-ready'
  | 'bad-reply'
  | 'too-large'
  | 'local-shortage'
  | 'aborted'
  | 'unknown-family'

type Options = {
  readonly cause?: unknown
  /** False when the request surely never reached the miner: a write that failed so has not acted [C2]. */
  readonly sent?: boolean
  /** True when the miner answered that it will not do what it was asked. */
  readonly refusal?: boolean
}

/** A conversation with a miner failed. The message holds no credentials and no text of the miner [X1]. */
export class MinerError extends Error {
  readonly code: MinerErrorCode
  readonly sent: boolean
  readonly refusal: boolean

  constructor(code: MinerErrorCode, message: string, options: Options = {}) {
    // A closed port is no bug of ours, and a large site has hundreds a second: a stack costs more than the request.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(message, 'cause' in options ? { cause: options.cause } : {})
    Error.stackTraceLimit = stackTraceLimit
    this.name = 'MinerError'
    this.code = code
    this.sent = options.sent ?? !neverSent.has(code)
    this.refusal = options.refusal ?? false
  }
}

const neverSent: ReadonlySet<MinerErrorCode> = new Set(['refused', 'unreachable', 'local-shortage'])

/** Whether nothing that is asked next can succeed: it was broken off, or this machine is short of sockets. */
export function endsAll(error: MinerError): boolean {
  return error.code === 'aborted' || error.code === 'local-shortage'
}
