import { fan, hashboard, minerPool, problem, psu, reading, type Reading } from '@headframe/protocol'

/** A reading in about a third of the memory: its values in a fixed order, as text. */
export type PackedReading = string

const keys = {
  reading: Object.keys(reading.shape),
  hashboards: Object.keys(hashboard.shape),
  fans: Object.keys(fan.shape),
  psu: Object.keys(psu.shape),
  pools: Object.keys(minerPool.shape),
  problems: Object.keys(problem.shape),
} as const

const lists = ['hashboards', 'fans', 'pools', 'problems'] as const

export function packReading(told: Reading): PackedReading {
  const record: Record<string, unknown> = { ...told }
  for (const list of lists) record[list] = told[list].map(part => valuesOf(part, keys[list]))
  record['psu'] = told.psu && valuesOf(told.psu, keys.psu)
  return JSON.stringify(valuesOf(record, keys.reading))
}

export function unpackReading(packed: PackedReading): Reading {
  const values: unknown = JSON.parse(packed)
  const record = recordOf(values, keys.reading)
  for (const list of lists) {
    const parts = record[list]
    if (Array.isArray(parts)) record[list] = parts.map(part => recordOf(part, keys[list]))
  }
  if (record['psu'] !== null) record['psu'] = recordOf(record['psu'], keys.psu)
  return reading.parse(record)
}

const valuesOf = (record: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  names.map(name => record[name])

function recordOf(values: unknown, names: readonly string[]): Record<string, unknown> {
  const found: readonly unknown[] = Array.isArray(values) ? values : []
  return Object.fromEntries(names.map((name, index) => [name, found[index]]))
}
