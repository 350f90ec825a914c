import type { Model } from './model.ts'
import type { Identity } from './protocol.ts'
import { text } from './random.ts'

const hex = '0123456789ABCDEF'
const letters = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ'

/** Who a miner is: the same for the same site seed and place. */
export function identityOf(model: Model, at: { seed: number; index: number; writeApi: boolean }): Identity {
  const seed = (Math.imul(at.seed + 1, 0x01_00_01_93) ^ Math.imul(at.index + 1, 0x9e_37_79_b1)) >>> 0
  return {
    id: `m${String(at.index + 1).padStart(4, '0')}`,
    seed,
    mac: macOf(model, { seed, index: at.index }),
    serial: serialOf(model, seed),
    hostname: { antminer: 'Antminer', whatsminer: 'WhatsMiner', bitaxe: 'bitaxe' }[model.family],
    writeApi: at.writeApi,
  }
}

// Prefixes as seen on machines of these makers; a Bitaxe has that of its ESP32. The last three bytes tell the miners of a site apart.
const prefixes = { antminer: '30:CB:1B', whatsminer: 'C4:08:28', bitaxe: '24:6F:28' } as const

function macOf(model: Model, at: { seed: number; index: number }): string {
  const site = text({ seed: at.seed, channel: 600 }, 1, hex)
  const tail = `${site}${at.index.toString(16).toUpperCase().padStart(5, '0')}`
  return `${prefixes[model.family]}:${tail.slice(0, 2)}:${tail.slice(2, 4)}:${tail.slice(4, 6)}`
}

function serialOf(model: Model, seed: number): string {
  const tail = (length: number) => text({ seed, channel: 601 }, length, letters)
  switch (model.family) {
    case 'antminer':
      return `JYZZ${tail(13)}`
    case 'whatsminer':
      return `HTM${tail(11)}${text({ seed, channel: 602 }, 18, '0123456789')}`
    case 'bitaxe':
      return ''
  }
}
