import { columns } from '@headframe/protocol'
import { Show, type JSX } from 'solid-js'
import type { Fleet } from '../live/fleet.ts'
import { acceptedPercentAt, ageAt, efficiencyAt, uptimeAt, valueAt } from '../live/values.ts'
import { countText, spanText, threeDigits, unknownText, uptimeText } from '../parts/amount.ts'
import { Bar } from '../parts/Bar.tsx'
import { problemsIn } from '../parts/gravest-problem.ts'
import { problemWords } from '../parts/problem-words.ts'
import { StateMark } from '../parts/StateMark.tsx'
import { activePoolOf } from './match.ts'
import type { SortName } from './sort.ts'

interface CellProps {
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
  readonly Cell: (props: CellProps) => JSX.Element
}

/** Columns of the table, in order. Numbers carry their unit in the header. */
export const tableColumns: readonly TableColumn[] = [
  { name: 'state', header: 'State', widthPx: 96, Cell: props => <StateMark state={props.fleet.stateAt(props.row)} /> },
  { name: 'address', header: 'Address', widthPx: 116, Cell: props => <>{props.fleet.infos[props.row]?.address}</> },
  { name: 'model', header: 'Model', widthPx: 138, Cell: props => <Text text={props.fleet.infos[props.row]?.model} /> },
  { name: 'hashrate', header: 'Hashrate', unit: 'TH/s', widthPx: 128, number: true, Cell: Hashrate },
  { name: 'eff', header: 'Efficiency', unit: 'J/TH', widthPx: 104, number: true, Cell: Efficiency },
  { name: 'power', header: 'Power', unit: 'W', widthPx: 72, number: true, Cell: Power },
  { name: 'temp', header: 'Chip', title: 'Hottest chip', unit: '°C', widthPx: 68, number: true, Cell: HottestChip },
  { name: 'fan', header: 'Fan', title: 'Slowest fan', unit: 'RPM', widthPx: 76, number: true, Cell: SlowestFan },
  { name: 'boards', header: 'Boards', widthPx: 62, number: true, Cell: Boards },
  { name: 'problems', header: 'Problems', widthPx: 212, Cell: Problems },
  { name: 'age', header: 'Age', widthPx: 60, number: true, Cell: Age },
  { name: 'uptime', header: 'Uptime', widthPx: 88, number: true, Cell: Uptime },
  { name: 'accepted', header: 'Accepted', unit: '%', widthPx: 96, number: true, Cell: Accepted },
  { name: 'pool', header: 'Pool', widthPx: 210, Cell: Pool },
  { name: 'firmware', header: 'Firmware', widthPx: 170, Cell: Firmware },
  { name: 'mac', header: 'MAC', widthPx: 136, Cell: props => <Text text={props.fleet.infos[props.row]?.mac} /> },
]

function Text(props: { readonly text: string | null | undefined }) {
  return (
    <Show when={props.text} fallback={<Unknown />}>
      {text => <span title={text()}>{text()}</span>}
    </Show>
  )
}

function Unknown(props: { readonly why?: string }) {
  return <span title={props.why ?? 'The miner does not tell this'}>{unknownText}</span>
}

function Value(props: {
  readonly value: number | null
  readonly text: (value: number) => string
  readonly why?: string
}) {
  return (
    <Show when={props.value !== null} fallback={<Unknown {...(props.why === undefined ? {} : { why: props.why })} />}>
      {props.text(props.value ?? 0)}
    </Show>
  )
}

function Hashrate(props: CellProps) {
  const hashrateHs = () => valueAt(props.fleet, columns.hashrateHs, props.row)
  const expectedHs = () => valueAt(props.fleet, columns.expectedHashrateHs, props.row)
  return (
    <>
      <Bar value={hashrateHs()} of={expectedHs()} />
      <span>
        <Value value={hashrateHs()} text={value => threeDigits(value / 1e12)} />
      </span>
    </>
  )
}

function Efficiency(props: CellProps) {
  return (
    <Value
      value={efficiencyAt(props.fleet, props.row)}
      text={threeDigits}
      why="Needs both power and hashrate; the miner does not tell both"
    />
  )
}

function Power(props: CellProps) {
  return <Value value={valueAt(props.fleet, columns.powerW, props.row)} text={countText} />
}

function HottestChip(props: CellProps) {
  return <Value value={valueAt(props.fleet, columns.chipTempC, props.row)} text={value => value.toFixed(0)} />
}

function SlowestFan(props: CellProps) {
  return (
    <Value
      value={valueAt(props.fleet, columns.fanRpm, props.row)}
      text={countText}
      why="No fans, or the miner does not tell their speed"
    />
  )
}

function Boards(props: CellProps) {
  return <Value value={valueAt(props.fleet, columns.boardsPresent, props.row)} text={countText} />
}

function Problems(props: CellProps) {
  const text = () =>
    problemsIn(props.fleet.problemBitsAt(props.row))
      .map(code => problemWords[code].title)
      .join(', ')
  return <span title={text()}>{text()}</span>
}

function Age(props: CellProps) {
  return <Value value={ageAt(props.fleet, props.row, props.now)} text={spanText} why="Not read yet" />
}

function Uptime(props: CellProps) {
  return <Value value={uptimeAt(props.fleet, props.row, props.now)} text={uptimeText} />
}

function Accepted(props: CellProps) {
  return (
    <Value
      value={acceptedPercentAt(props.fleet, props.row)}
      // Rounded down: 100 % means that nothing was rejected.
      text={value => (Math.floor(value * 100) / 100).toFixed(2)}
      why="No shares yet"
    />
  )
}

function Pool(props: CellProps) {
  const url = () => {
    const info = props.fleet.infos[props.row]
    return info && activePoolOf(info, props.fleet, props.row)?.url?.replace(/^stratum\+(tcp|ssl|tls):\/\//, '')
  }
  return <Text text={url()} />
}

function Firmware(props: CellProps) {
  const text = () => {
    const info = props.fleet.infos[props.row]
    return [info?.firmware, info?.firmwareVersion].filter(part => part !== null && part !== undefined).join(' ')
  }
  return <Text text={text()} />
}
