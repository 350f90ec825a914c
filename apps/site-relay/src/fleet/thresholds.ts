import type { Reading } from '@headframe/protocol'

/** From these on a miner is hot. One number for all would be wrong by 15 °C: they go by driver, model and cooling. */
export interface Thresholds {
  readonly chipTempC: number
  readonly boardTempC: number
  readonly inletTempC: number
}

interface Row extends Thresholds {
  readonly driver: RegExp
  readonly model: RegExp
}

/** The first row that matches. */
export function thresholdsOf(reading: Pick<Reading, 'driver' | 'model'>): Thresholds {
  return rows.find(row => row.driver.test(reading.driver) && row.model.test(reading.model ?? '')) ?? cautious
}

const liquid = /hyd|imm/i
const all = /^/

// Defaults for attention before the machine protects itself: air, hydro and immersion differ by model name.
const rows: readonly Row[] = [
  // ESP-Miner throttles when the chip reaches 75 °C (THROTTLE_TEMP in its power_management_task.c).
  { driver: /bitaxe|axeos/, model: all, chipTempC: 70, boardTempC: 100, inletTempC: 45 },
  // Liquid-fed machines have an inlet of warm water or oil, and boards closer to their chips.
  { driver: /antminer/, model: liquid, chipTempC: 90, boardTempC: 80, inletTempC: 55 },
  { driver: /antminer/, model: all, chipTempC: 95, boardTempC: 82, inletTempC: 45 },
  // WhatsMiner chips run hotter than Antminer's at the same health; models M33, M53, M63 ... are hydro, M36, M56, M66 immersion.
  { driver: /whatsminer/, model: /M\d[36]/, chipTempC: 100, boardTempC: 92, inletTempC: 60 },
  { driver: /whatsminer/, model: all, chipTempC: 100, boardTempC: 92, inletTempC: 45 },
]

const cautious: Thresholds = { chipTempC: 95, boardTempC: 85, inletTempC: 45 }
