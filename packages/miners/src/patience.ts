import type { Request, Transport } from './driver.ts'
import { MinerError, type MinerErrorCode } from './miner-error.ts'

type Sent = Exclude<Request, { kind: 'note' }>

/**
 * A transport for one reading that does not wait for the same closed door twice: a port that refused or stayed silent,
 * a login that was turned down. Some firmware locks an account after a few wrong passwords.
 */
export function patient(transport: Transport): Transport {
  const shut = new Map<string, MinerError>()
  return {
    async request(request, signal) {
      const before = doors(request)
        .map(door => shut.get(door))
        .find(error => error !== undefined)
      if (before) throw before
      try {
        return await transport.request(request, signal)
      } catch (error) {
        if (error instanceof MinerError && lasting.has(error.code)) shut.set(doorOf(request, error.code), error)
        throw error
      }
    },
  }
}

const lasting: ReadonlySet<MinerErrorCode> = new Set(['timeout', 'refused', 'unreachable', 'unauthorized'])

/** All doors that a request goes through. */
function doors(request: Sent): readonly string[] {
  return [doorOf(request, 'timeout'), doorOf(request, 'unauthorized')]
}

function doorOf(request: Sent, code: MinerErrorCode): string {
  const account = 'account' in request ? request.account : null
  if (code === 'unauthorized' && account !== null) return `account ${account.driver}`
  return `port ${portOf(request)}`
}

/** The vendors' standard port of a request. */
export function portOf(request: Sent): number {
  switch (request.kind) {
    case 'http':
      return request.port
    case 'cgminer':
    case 'whatsminer':
    case 'whatsminer-sealed':
      return 4028
    case 'whatsminer-v3':
      return 4433
    case 'wait':
      return 0
  }
}
