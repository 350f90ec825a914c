import { deflateRawSync, inflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { minerId, relayId } from './ids.ts'
import type { MinerInfo } from './inventory.ts'
import { packInventory } from './inventory-pack.ts'
import { minerInRow, readInventory } from './inventory-unpack.ts'
import { maxMessageBytes } from './link/lane.ts'
import { maxInflatedBytes, openPacked } from './live/packed.ts'

const relay = relayId.parse('relay_12345678')

const text = fc.option(fc.string({ unit: 'binary', maxLength: 40 }))
const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'z', 'A', 'Z', '0', '9'), minLength: 8, maxLength: 64 })
const anyMiner: fc.Arbitrary<MinerInfo> = fc.record({
  id: letters.map(letters => minerId.parse(`miner_${letters}`)),
  cohort: fc.nat({ max: 65_535 }),
  slot: fc.nat({ max: 4095 }),
  address: fc.string({ maxLength: 64 }),
  driver: fc.constantFrom('antminer-stock', 'whatsminer', ''),
  make: text,
  model: text,
  firmware: text,
  firmwareVersion: text,
  mac: text,
  serial: text,
  hostname: text,
  algorithm: text,
  nameplateHashrateHs: fc.option(fc.double({ min: 0, max: 1e18, noNaN: true }).map(value => value + 0)),
  pools: fc.array(fc.record({ url: text, user: text }), { maxLength: 16 }),
  commands: fc.subarray(['reboot', 'locate', 'setPools'] as const),
  faultLight: fc.option(fc.boolean()),
  addedAt: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
})

test('miners come out of packed messages as they went in', () => {
  fc.assert(
    fc.property(fc.array(anyMiner, { maxLength: 12 }), miners => {
      expect(unpack(packInventory(relay, miners, deflateRawSync))).toEqual(miners)
    }),
  )
})

test('a miner of the largest size, and many, fit into messages of 256 KiB', () => {
  const text = '\u{20ac}'.repeat(256)
  const pools = Array.from({ length: 16 }, () => ({ url: text, user: text }))
  const largest = { ...minerAt(1), make: text, model: text, firmware: text, firmwareVersion: text, pools }
  const miners = Array.from({ length: 700 }, (_, slot) => ({ ...largest, hostname: noise(slot) }))
  const messages = packInventory(relay, miners, deflateRawSync)
  expect(Math.max(...messages.map(message => message.length))).toBeLessThanOrEqual(maxMessageBytes)
  expect(unpack(messages)).toEqual(miners)
})

test('a miner of a farm takes less than 40 bytes, its id and serial among them', () => {
  const miners = Array.from({ length: 1024 }, (_, slot) => minerAt(slot))
  const [message, ...others] = packInventory(relay, miners, deflateRawSync)
  expect(others).toEqual([])
  expect(message!.length / miners.length).toBeLessThan(40)
})

test('[X2] bytes that are no inventory are told, and never throw', () => {
  const good = bodyOf(packInventory(relay, [minerAt(0), minerAt(1)], deflateRawSync)[0]!)
  fc.assert(
    fc.property(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 255 }), fc.nat(), (at, change, end) => {
      const bad = good.slice(0, 1 + (end % good.length))
      bad[at % bad.length]! ^= change
      const read = readInventory(bad)
      if (read.ok) expect(minerInRow(read.inventory, 0)).toBeDefined()
    }),
    { numRuns: 2000 },
  )
})

test('[X2] a cut inventory is not taken', () => {
  const good = bodyOf(packInventory(relay, [minerAt(0), minerAt(1)], deflateRawSync)[0]!)
  const taken = Array.from({ length: good.length }, (_, end) => readInventory(good.subarray(0, end)).ok)
  expect(taken).toEqual(taken.map(() => false))
})

test('[X2] an id that names no miner is refused', () => {
  const bad = { ...minerAt(0), id: minerId.parse('miner_AAAAAAAA') }
  const body = bodyOf(packInventory(relay, [bad], deflateRawSync)[0]!)
  const place = body.findIndex((byte, index) => byte === 0x41 && body[index + 7] === 0x41)
  body[place] = 0x2f
  expect(readInventory(body)).toMatchObject({ ok: false, error: { code: 'column' } })
})

test('a column of a later release is passed over', () => {
  const body = bodyOf(packInventory(relay, [minerAt(0)], deflateRawSync)[0]!)
  // After the relay's name: one row, 19 columns, and their directory.
  const count = 1 + relay.length + 1
  const directory = withColumn(body, { count, id: 63, bytes: Uint8Array.of(1, 2, 3) })
  const read = readInventory(directory)
  expect(read.ok && minerInRow(read.inventory, 0)).toEqual(minerAt(0))
})

function withColumn(body: Uint8Array, { count, id, bytes }: { count: number; id: number; bytes: Uint8Array }) {
  const columns = body[count]!
  let end = count + 1
  for (let numbers = 0; numbers < 2 * columns; numbers++) {
    while (body[end++]! >= 0x80);
  }
  return Uint8Array.of(
    ...body.subarray(0, count),
    columns + 1,
    ...body.subarray(count + 1, end),
    id,
    bytes.length,
    ...body.subarray(end),
    ...bytes,
  )
}

function bodyOf(message: Uint8Array): Uint8Array {
  const opened = openPacked(message)
  if (!opened.ok || opened.kind !== 'inventory') throw new Error('no inventory')
  return Uint8Array.from(inflateRawSync(opened.deflated, { maxOutputLength: maxInflatedBytes }))
}

function unpack(messages: readonly Uint8Array[]): MinerInfo[] {
  return messages.flatMap(message => {
    const read = readInventory(bodyOf(message))
    if (!read.ok) throw new Error(read.error.text)
    const { inventory } = read
    expect(inventory.relay).toBe(relay)
    return Array.from({ length: inventory.count }, (_, row) => minerInRow(inventory, row))
  })
}

/** A hostname that does not compress. */
function noise(seed: number): string {
  let state = seed + 1
  return Array.from({ length: 250 }, () => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223
    return String.fromCharCode(0x4e00 + ((state >>> 8) % 20_000))
  }).join('')
}

function minerAt(slot: number): MinerInfo {
  const random = noise(slot)
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz'
  const id = Array.from({ length: 20 }, (_, at) => alphabet[random.charCodeAt(at) % alphabet.length]).join('')
  const hex = (at: number) => (random.charCodeAt(at) & 0xff).toString(16).padStart(2, '0')
  const url = (host: string) => `stratum+tcp://${host}.pool.example:3333`
  const user = `northmine.h1r${Math.floor(slot / 40)}p${slot % 40}`
  return {
    id: minerId.parse(`miner_${id}`),
    cohort: slot % 13,
    slot: Math.floor(slot / 13),
    address: `10.1.${slot >> 8}.${slot & 255}`,
    driver: 'antminer-stock',
    make: 'Bitmain',
    model: slot % 3 === 0 ? 'Antminer S19 Pro' : 'Antminer S21',
    firmware: 'stock',
    firmwareVersion: 'Tue Jan 10 2023',
    mac: `02:1a:ff:${hex(30)}:${hex(31)}:${hex(32)}`,
    serial: `YNAHAABBC${random.charCodeAt(33)}`,
    hostname: 'antMiner',
    algorithm: 'SHA-256',
    nameplateHashrateHs: slot % 3 === 0 ? 110e12 : 200e12,
    pools: ['eu', 'us', 'asia'].map(host => ({ url: url(host), user })),
    commands: ['reboot', 'locate', 'setPools'],
    faultLight: false,
    addedAt: 1_790_000_000_000 + slot * 37,
  }
}
