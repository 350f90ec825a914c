import { decodeText, initialCreditBytes, lanes, type Lane } from '@headframe/protocol'

/** Watches what a socket of a relay remembers of credit: it has to be what crossed it, or it is lost in a sleep [S7]. */
export interface SeatRules {
  readonly received: (chunk: Uint8Array) => void
  readonly sent: (chunk: Uint8Array) => void
  /** @param memory what is attached to the socket, as JSON */
  readonly check: (memory: string) => void
}

interface Seat {
  readonly kind: string
  readonly creditBytes: number
  readonly owed: Readonly<Record<string, number>>
  readonly waiting: boolean
}

export function createSeatRules(violated: (rule: string, text: string) => void): SeatRules {
  let creditBytes = initialCreditBytes.control
  const owed = new Map<Lane, number>()
  /** Of messages that are not whole yet. */
  const parts = new Map<Lane, number>()
  const add = (lane: Lane, bytes: number) => owed.set(lane, (owed.get(lane) ?? 0) + bytes)
  return {
    received: chunk => {
      const { lane, isLast, grant } = read(chunk)
      if (grant) {
        if (grant.lane === 'control') creditBytes += grant.bytes
        return
      }
      const bytes = (parts.get(lane) ?? 0) + chunk.length - 1
      parts.set(lane, isLast ? 0 : bytes)
      if (isLast) add(lane, bytes)
    },
    sent: chunk => {
      const { grant } = read(chunk)
      if (grant) add(grant.lane, -grant.bytes)
      else creditBytes -= chunk.length - 1
    },
    check: memory => {
      const seat: Seat = JSON.parse(memory)
      // What waits is paid for, and did not cross yet.
      if (seat.kind !== 'link' || seat.waiting) return
      if (seat.creditBytes !== creditBytes)
        violated('S7', `a socket remembers ${seat.creditBytes} bytes of credit instead of ${creditBytes}`)
      const wrong = lanes.find(lane => (seat.owed[lane] ?? 0) !== (owed.get(lane) ?? 0))
      if (wrong)
        violated('S7', `a socket remembers that ${seat.owed[wrong]} bytes are owed (${wrong}) of ${owed.get(wrong)}`)
    },
  }
}

const lastFlag = 0x80

interface Read {
  readonly lane: Lane
  readonly isLast: boolean
  readonly grant: { readonly lane: Lane; readonly bytes: number } | null
}

function read(chunk: Uint8Array): Read {
  const flags = chunk[0] ?? 0
  const lane = lanes[flags & 0x3f] ?? 'control'
  const text = lane === 'control' && chunk[1] === 0x7b ? decodeText(chunk.subarray(1)) : null
  const grant = text?.startsWith('{"type":"credit"') ? JSON.parse(text) : null
  return { lane, isLast: (flags & lastFlag) !== 0, grant }
}
