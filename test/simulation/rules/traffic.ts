import { openPacked } from '@headframe/protocol'

/** Counts what crosses the ways between boxes and controls, and what they write, by what it is. */
export interface Traffic {
  readonly crossed: (way: 'up' | 'down', chunk: Uint8Array) => void
  readonly wrote: (who: 'box' | 'control', sql: string) => void
  /** Since the last time that it was asked. */
  readonly take: () => ReadonlyMap<string, number>
}

export function createTraffic(): Traffic {
  let counts = new Map<string, number>()
  const count = (name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1)
  return {
    crossed: (way, chunk) => {
      const kind = kindOf(chunk)
      if (kind !== null) count(`${way} ${kind}`)
    },
    wrote: (who, sql) => {
      const table = /(?:INTO|UPDATE|FROM) (\w+)/.exec(sql)?.[1]
      if (table !== undefined) count(`${who} ${table}`)
    },
    take: () => {
      const taken = counts
      counts = new Map()
      return taken
    },
  }
}

const firstFlag = 0x40

/** Null for what is not the beginning of a message. */
function kindOf(chunk: Uint8Array): string | null {
  if (((chunk[0] ?? 0) & firstFlag) === 0) return null
  const payload = chunk.subarray(1)
  if (payload[0] === 0x7b) return /"type":"(\w+)"/.exec(Buffer.from(payload.subarray(0, 40)).toString())?.[1] ?? '?'
  const opened = openPacked(payload)
  return opened.ok ? opened.kind : '?'
}
