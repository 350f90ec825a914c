import { columns, type Reading } from '@headframe/protocol'
import { Show, type JSX } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { acceptedPercentAt, efficiencyAt, uptimeAt, valueAt } from '../live/values.ts'
import {
  amountText,
  countText,
  hashrateAmount,
  powerAmount,
  spanText,
  threeDigits,
  unknownText,
  uptimeText,
} from '../parts/amount.ts'
import { Bar } from '../parts/Bar.tsx'
import styles from './MinerFigures.module.css'

/** The numbers of one miner, from the live columns; the reading tells where they come from. */
export function MinerFigures(props: { readonly row: number; readonly reading: Reading | null }) {
  const site = useSite()
  const value = (column: (typeof columns)[keyof typeof columns]) => valueAt(site.fleet(), column, props.row)
  const hashrateHs = () => value(columns.hashrateHs)
  const expectedHs = () => value(columns.expectedHashrateHs)
  const stale = () => ['unknown', 'offline'].includes(site.fleet().stateAt(props.row))
  return (
    <dl class={styles.figures} data-stale={stale() ? '' : undefined}>
      <Figure
        term="Hashrate"
        value={textOf(hashrateHs(), value => amountText(hashrateAmount(value)))}
        note={windowText(props.reading)}
      >
        <Bar value={hashrateHs()} of={expectedHs()} />
      </Figure>
      <Figure
        term="Expected"
        value={textOf(expectedHs(), value => amountText(hashrateAmount(value)))}
        note={shareText(hashrateHs(), expectedHs())}
      />
      <Figure
        term="Power"
        value={textOf(value(columns.powerW), value => amountText(powerAmount(value)))}
        note={props.reading?.powerSource ?? ''}
      />
      <Figure
        term="Efficiency"
        value={textOf(efficiencyAt(site.fleet(), props.row), value => `${threeDigits(value)} J/TH`)}
      />
      <Figure term="Hottest chip" value={textOf(value(columns.chipTempC), value => `${value.toFixed(0)} °C`)} />
      <Figure term="Inlet" value={textOf(value(columns.inletTempC), value => `${value.toFixed(0)} °C`)} />
      <Figure term="Uptime" value={textOf(uptimeAt(site.fleet(), props.row, site.now()), uptimeText)} />
      <Figure
        term="Accepted"
        value={textOf(
          acceptedPercentAt(site.fleet(), props.row),
          value => `${(Math.floor(value * 100) / 100).toFixed(2)} %`,
        )}
        note={sharesText(value(columns.accepted), value(columns.rejected))}
      />
    </dl>
  )
}

function Figure(props: {
  readonly term: string
  readonly value: string
  readonly note?: string
  readonly children?: JSX.Element
}) {
  return (
    <div class={styles.figure}>
      <dt>{props.term}</dt>
      <dd>
        <span class={styles.value} title={props.value === unknownText ? 'The miner does not tell this' : undefined}>
          {props.value}
        </span>
        {props.children}
        <Show when={props.note}>
          <span class={styles.note}>{props.note}</span>
        </Show>
      </dd>
    </div>
  )
}

function textOf(value: number | null, text: (value: number) => string): string {
  return value === null ? unknownText : text(value)
}

function windowText(reading: Reading | null): string {
  return reading?.windowMs ? `mean of ${spanText(reading.windowMs)}` : ''
}

function shareText(hashrateHs: number | null, expectedHs: number | null): string {
  return hashrateHs === null || !expectedHs ? '' : `${threeDigits((100 * hashrateHs) / expectedHs)} % reached`
}

function sharesText(accepted: number | null, rejected: number | null): string {
  return accepted === null ? '' : `${countText(accepted)} of ${countText(accepted + (rejected ?? 0))}`
}
