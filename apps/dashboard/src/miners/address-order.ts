import type { Fleet } from '../live/fleet.ts'
import { numberTexts } from './number-texts.ts'

interface Order {
  readonly version: number
  readonly rows: Uint32Array
}
const orders = new WeakMap<Fleet, Order>()

/** All rows with a miner, in order of address: found once for each inventory, and all other orders start from it. */
export function addressOrder(fleet: Fleet): Uint32Array {
  const known = orders.get(fleet)
  if (known?.version === fleet.inventory.version) return known.rows
  const rows = orderOf(fleet)
  orders.set(fleet, { version: fleet.inventory.version, rows })
  return rows
}

// An IPv4 address of 32 bits and a row of 17 fit in the 53 of a number, so rows are sorted without a comparing function.
const rowSpan = 2 ** 17

/** 10.0.2.9 before 10.0.10.1; what is no IPv4 address comes last, as text. */
function orderOf(fleet: Fleet): Uint32Array {
  const { numbers, others } = numberTexts(fleet, 'address')
  const packed = numbers.map((number, row) => (number < 0 ? Infinity : number * rowSpan + row)).sort()
  const last = others.toSorted((a, b) => (a.text < b.text ? -1 : 1))
  const rows = new Uint32Array(fleet.size)
  for (let place = 0; place < rows.length; place++) {
    const other = last[place - (rows.length - last.length)]
    rows[place] = other ? other.row : (packed[place] ?? 0) % rowSpan
  }
  return rows
}
