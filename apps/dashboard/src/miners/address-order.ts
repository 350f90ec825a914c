import type { Fleet } from '../live/fleet.ts'

interface Order {
  readonly version: number
  readonly rows: Uint32Array
}
const orders = new WeakMap<Fleet, Order>()

/** All rows with a miner, in order of address: found once for each inventory, and all other orders start from it. */
export function addressOrder(fleet: Fleet): Uint32Array {
  const known = orders.get(fleet)
  if (known?.version === fleet.inventoryVersion) return known.rows
  const rows = orderOf(fleet)
  orders.set(fleet, { version: fleet.inventoryVersion, rows })
  return rows
}

// An IPv4 address of 32 bits and a row of 17 fit in the 53 of a number, so rows are sorted without a comparing function.
const rowSpan = 2 ** 17

/** 10.0.2.9 before 10.0.10.1; what is no IPv4 address comes last, as text. */
function orderOf({ infos }: Fleet): Uint32Array {
  const packed: number[] = []
  const others: { address: string; row: number }[] = []
  infos.forEach((info, row) => {
    if (!info) return
    const number = ipv4Number(info.address)
    if (number === null) others.push({ address: info.address, row })
    else packed.push(number * rowSpan + row)
  })
  const numbered = Float64Array.from(packed).sort()
  others.sort((a, b) => (a.address < b.address ? -1 : 1))
  return Uint32Array.from([...numbered.map(value => value % rowSpan), ...others.map(other => other.row)])
}

function ipv4Number(address: string): number | null {
  const parts = address.split('.')
  if (parts.length !== 4) return null
  const number = parts.reduce((sum, part) => sum * 256 + Number(part), 0)
  return number >= 0 && number < 2 ** 32 ? number : null
}
