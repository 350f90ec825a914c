import { textAt } from '@headframe/protocol'
import type { Fleet } from '../live/fleet.ts'

// Numbers are read from within a longer text: 50,000 of them without making one string.

/** An IPv4 address as a number of 32 bits, or -1 when it is none. */
function ipv4In(text: string, from: number, to: number): number {
  let [number, part, digits, dots] = [0, 0, 0, 0]
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - zero
    if (digit >= 0 && digit <= 9) {
      part = part * 10 + digit
      if (++digits > 3 || part > 255) return -1
    } else {
      if (digit !== dot || digits === 0) return -1
      number = number * 256 + part
      dots++
      part = digits = 0
    }
  }
  return dots === 3 && digits > 0 ? number * 256 + part : -1
}

const zero = 48
const dot = 46 - zero

/** A MAC as a number of 48 bits, or -1 when it is none. */
function macIn(text: string, from: number, to: number): number {
  let [number, digits] = [0, 0]
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code === colon || code === hyphen) continue
    const digit = hexDigit(code)
    if (digit < 0) return -1
    number = number * 16 + digit
    digits++
  }
  return digits === 12 ? number : -1
}

const colon = 58
const hyphen = 45

function hexDigit(code: number): number {
  if (code >= zero && code <= 57) return code - zero
  // Bit 5 is the difference between upper and lower case in ASCII.
  const letter = (code | 0x20) - 97
  return letter >= 0 && letter < 6 ? letter + 10 : -1
}

export interface NumberTexts {
  /** By row; -1 for a row without, or with a text that is no such number. */
  readonly numbers: Float64Array
  /** Those. */
  readonly others: readonly { readonly row: number; readonly text: string }[]
}

const readers = { address: ipv4In, mac: macIn } as const

/** The addresses or MACs of all rows as numbers. */
export function numberTexts({ inventory, rowCount }: Fleet, field: keyof typeof readers): NumberTexts {
  const numbers = new Float64Array(rowCount).fill(-1)
  const others: { row: number; text: string }[] = []
  const take = (row: number, number: number, text: () => string) => {
    if (number >= 0) numbers[row] = number
    else others.push({ row, text: text() })
  }
  for (const { packed, rows } of inventory.parts) {
    const column = packed[field]
    rows.forEach((row, place) => {
      if (row < 0 || column.absent[place] !== 0) return
      const number = readers[field](column.text, column.ends[place - 1] ?? 0, column.ends[place] ?? 0)
      take(row, number, () => textAt(column, place) ?? '')
    })
  }
  for (const [row, info] of inventory.single) {
    const text = info[field]
    if (text !== null) take(row, readers[field](text, 0, text.length), () => text)
  }
  return { numbers, others }
}
