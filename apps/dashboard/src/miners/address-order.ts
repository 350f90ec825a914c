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
  const packed = new Float64Array(fleet.size - others.length)
  let size = 0
  for (let row = 0; row < numbers.length; row++) {
    const number = numbers[row] ?? -1
    if (number >= 0) packed[size++] = number * rowSpan + row
  }
  packed.sort()
  const rows = new Uint32Array(fleet.size)
  for (let place = 0; place < size; place++) rows[place] = (packed[place] ?? 0) % rowSpan
  rows.set(
    others.toSorted((a, b) => (a.text < b.text ? -1 : 1)).map(other => other.row),
    size,
  )
  return rows
}
