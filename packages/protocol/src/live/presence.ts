import { ByteReader, ByteWriter } from './bytes.ts'
import type { Presence } from './frame.ts'

/** Presence of the given slots, ascending, out of `count`: as run lengths or as a bitmap, whichever is shorter. */
export function presenceOf(slots: Uint16Array, count: number): Presence {
  const runs = runsOf(slots)
  const bitmapBytes = Math.ceil(count / 8)
  if (runs.length <= bitmapBytes) return { form: 'runs', bytes: runs, slots }
  return { form: 'bitmap', bytes: bitmapOf(slots, bitmapBytes), slots }
}

/** Reads presence in either form; `null` and a failed reader when it does not fit `count` slots. */
export function readPresence(reader: ByteReader, count: number): Presence | null {
  const form = forms[reader.byte()]
  const bytes = reader.take(reader.varint())
  const slots = form === 'runs' ? readRuns(bytes, count) : form === 'bitmap' ? readBitmap(bytes, count) : null
  if (form && slots) return { form, bytes, slots }
  reader.fail('presence', `the changed slots do not fit ${count}`)
  return null
}

/** Writes what `readPresence` reads. */
export function writePresence(writer: ByteWriter, { form, bytes }: Presence): void {
  writer.byte(forms.indexOf(form))
  writer.varint(bytes.length)
  writer.append(bytes)
}

/** The position is the byte on the wire. */
const forms = ['runs', 'bitmap'] as const

/** Lengths by turns: slots left out, slots present. Ends with a present run. */
function runsOf(slots: Uint16Array): Uint8Array {
  const writer = new ByteWriter()
  let end = 0
  for (let index = 0; index < slots.length;) {
    const start = slots[index] ?? 0
    let length = 1
    while (slots[index + length] === start + length) length++
    writer.varint(start - end)
    writer.varint(length)
    index += length
    end = start + length
  }
  return writer.copy()
}

function readRuns(bytes: Uint8Array, count: number): Uint16Array | null {
  const reader = new ByteReader(bytes)
  const slots = new Uint16Array(count)
  let found = 0
  let end = 0
  while (reader.left > 0) {
    const gap = reader.varint()
    const length = reader.varint()
    if (reader.failure || length === 0 || end + gap + length > count) return null
    for (let slot = end + gap; slot < end + gap + length; slot++) slots[found++] = slot
    end += gap + length
  }
  return slots.slice(0, found)
}

function bitmapOf(slots: Uint16Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (const slot of slots) bytes[slot >> 3] = (bytes[slot >> 3] ?? 0) | (1 << (slot & 7))
  return bytes
}

function readBitmap(bytes: Uint8Array, count: number): Uint16Array | null {
  if (bytes.length !== Math.ceil(count / 8)) return null
  const slots = new Uint16Array(bytes.length * 8)
  let found = 0
  for (let slot = 0; slot < bytes.length * 8; slot++) {
    if ((((bytes[slot >> 3] ?? 0) >> (slot & 7)) & 1) === 1) slots[found++] = slot
  }
  return found > 0 && (slots[found - 1] ?? 0) >= count ? null : slots.slice(0, found)
}
