import { columns, type Column } from '@headframe/protocol'
import type { Fleet } from '../live/fleet.ts'
import { acceptedPercentAt, ageAt, efficiencyAt, uptimeAt, valueAt } from '../live/values.ts'
import { countText, spanText, threeDigits, unknownText, uptimeText } from '../parts/amount.ts'
import { problemsIn } from '../parts/gravest-problem.ts'
import { problemWords } from '../parts/problem-words.ts'
import { activePoolOf } from './active-pool.ts'
import type { SortName } from './sort.ts'

interface Place {
  readonly fleet: Fleet
  readonly row: number
  readonly now: number
}

export interface TableColumn {
  readonly name: SortName
  readonly header: string
  /** When the header is too short to say it. */
  readonly title?: string
  readonly unit?: string
  readonly widthPx: number
  readonly number?: boolean
  /** `null` for what is not known. */
  readonly text: (place: Place) => string | null
  /** Why it is not known; absent where it is what the miner does not tell. */
  readonly why?: string
}

/** Shown on hover: the whole of a text that may be cut short, or why there is none. */
export function hoverText(column: TableColumn, text: string | null): string | undefined {
  if (text === null) return column.why ?? 'The miner does not tell this'
  return column.number ? undefined : text
}

export const shownText = (text: string | null) => text ?? unknownText

/** Columns of the table, in order. Numbers carry their unit in the header. */
export const tableColumns: readonly TableColumn[] = [
  { name: 'state', header: 'State', widthPx: 96, text: ({ fleet, row }) => fleet.stateAt(row) },
  { name: 'address', header: 'Address', widthPx: 116, text: ({ fleet, row }) => fleet.infoAt(row)?.address ?? null },
  { name: 'model', header: 'Model', widthPx: 138, text: ({ fleet, row }) => fleet.infoAt(row)?.model ?? null },
  {
    name: 'hashrate',
    header: 'Hashrate',
    unit: 'TH/s',
    widthPx: 128,
    number: true,
    text: value(columns.hashrateHs, hashrateHs => threeDigits(hashrateHs / 1e12)),
  },
  {
    name: 'eff',
    header: 'Efficiency',
    unit: 'J/TH',
    widthPx: 104,
    number: true,
    text: ({ fleet, row }) => written(efficiencyAt(fleet, row), threeDigits),
    why: 'Needs both power and hashrate; the miner does not tell both',
  },
  { name: 'power', header: 'Power', unit: 'W', widthPx: 72, number: true, text: value(columns.powerW, countText) },
  {
    name: 'temp',
    header: 'Chip',
    title: 'Hottest chip',
    unit: '°C',
    widthPx: 68,
    number: true,
    text: value(columns.chipTempC, chipTempC => chipTempC.toFixed(0)),
  },
  {
    name: 'fan',
    header: 'Fan',
    title: 'Slowest fan',
    unit: 'RPM',
    widthPx: 76,
    number: true,
    text: value(columns.fanRpm, countText),
    why: 'No fans, or the miner does not tell their speed',
  },
  { name: 'boards', header: 'Boards', widthPx: 62, number: true, text: value(columns.boardsPresent, countText) },
  { name: 'problems', header: 'Problems', widthPx: 212, text: problemsText },
  {
    name: 'age',
    header: 'Age',
    widthPx: 60,
    number: true,
    text: ({ fleet, row, now }) => written(ageAt(fleet, row, now), spanText),
    why: 'Not read yet',
  },
  {
    name: 'uptime',
    header: 'Uptime',
    widthPx: 88,
    number: true,
    text: ({ fleet, row, now }) => written(uptimeAt(fleet, row, now), uptimeText),
  },
  {
    name: 'accepted',
    header: 'Accepted',
    unit: '%',
    widthPx: 96,
    number: true,
    // Rounded down: 100 % means that nothing was rejected.
    text: ({ fleet, row }) =>
      written(acceptedPercentAt(fleet, row), percent => (Math.floor(percent * 100) / 100).toFixed(2)),
    why: 'No shares yet',
  },
  { name: 'pool', header: 'Pool', widthPx: 210, text: poolText },
  { name: 'firmware', header: 'Firmware', widthPx: 170, text: firmwareText },
  { name: 'mac', header: 'MAC', widthPx: 136, text: ({ fleet, row }) => fleet.infoAt(row)?.mac ?? null },
]

function value(column: Column, text: (value: number) => string): TableColumn['text'] {
  return ({ fleet, row }) => written(valueAt(fleet, column, row), text)
}

function written(value: number | null, text: (value: number) => string): string | null {
  return value === null ? null : text(value)
}

function problemsText({ fleet, row }: Place): string {
  return problemsIn(fleet.problemBitsAt(row))
    .map(code => problemWords[code].title)
    .join(', ')
}

function poolText({ fleet, row }: Place): string | null {
  const info = fleet.infoAt(row)
  const url = info && activePoolOf(info, fleet, row)?.url
  return url?.replace(/^stratum\+(tcp|ssl|tls):\/\//, '') ?? null
}

function firmwareText({ fleet, row }: Place): string | null {
  const info = fleet.infoAt(row)
  const text = [info?.firmware, info?.firmwareVersion].filter(part => part !== null && part !== undefined).join(' ')
  return text === '' ? null : text
}
