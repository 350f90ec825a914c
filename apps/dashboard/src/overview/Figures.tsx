import { Show, type JSX } from 'solid-js'
import { useSite } from '../live/site.tsx'
import type { Sum, Totals } from '../live/totals.ts'
import {
  amountText,
  clockText,
  countText,
  hashrateAmount,
  powerAmount,
  threeDigits,
  type Amount,
} from '../parts/amount.ts'
import { Sparkline } from '../parts/Sparkline.tsx'
import { countedText } from './counted-text.ts'
import styles from './Figures.module.css'

/** The figures that a manager asks for, each saying how many miners it speaks of. */
export function Figures() {
  const site = useSite()
  const totals = site.totals
  const points = (value: (totals: Totals) => number | null) =>
    site.history().map(moment => ({ at: moment.at, value: value(moment.totals) }))
  const since = () => {
    const first = site.history()[0]
    return first ? `since ${clockText(first.at, site.now())}` : ''
  }
  return (
    <section class={styles.figures} aria-label="Totals">
      <Figure
        label="Hashrate"
        amount={known(totals().hashrateHs, hashrateAmount)}
        note={<Expected totals={totals()} />}
        counted={countedText(totals().hashrateHs, totals())}
        points={points(totals => orNull(totals.hashrateHs))}
        since={since()}
      />
      <Figure
        label="Power"
        amount={known(totals().powerW, powerAmount)}
        counted={countedText(totals().powerW, totals())}
        points={points(totals => orNull(totals.powerW))}
        since={since()}
      />
      <Figure
        label="Efficiency"
        amount={known(totals().efficiencyJth, value => ({ value: threeDigits(value), unit: 'J/TH' }))}
        note="sum of W over sum of TH/s"
        counted={countedText(totals().efficiencyJth, totals(), 'have none')}
        points={points(totals => totals.efficiencyJth?.total ?? null)}
        since={since()}
      />
      <Figure
        label="Accepted shares"
        amount={acceptedPercent(totals())}
        note={sharesText(totals())}
        counted={countedText(totals().accepted, totals())}
        points={points(totals => percentOf(totals))}
        since={since()}
      />
    </section>
  )
}

function Figure(props: {
  readonly label: string
  readonly amount: Amount | null
  readonly note?: JSX.Element
  readonly counted: string
  readonly points: readonly { at: number; value: number | null }[]
  readonly since: string
}) {
  return (
    <div class={styles.figure}>
      <h2 class={styles.label}>{props.label}</h2>
      <p class={styles.value}>
        <Show when={props.amount} fallback={<span title="No miner tells this now">–</span>}>
          {amount => (
            <>
              {amount().value} <span class={styles.unit}>{amount().unit}</span>
            </>
          )}
        </Show>
      </p>
      <p class={styles.note}>{props.note ?? '\u00a0'}</p>
      <Sparkline points={props.points} label={`${props.label} ${props.since}`} />
      <p class={styles.foot}>
        <span>{props.counted}</span>
        <span>{props.since}</span>
      </p>
    </div>
  )
}

function Expected(props: { readonly totals: Totals }) {
  const percent = () => {
    const { hashrateHs, expectedHashrateHs } = props.totals
    return expectedHashrateHs.total > 0 ? (100 * hashrateHs.total) / expectedHashrateHs.total : null
  }
  return (
    <Show when={percent()} fallback="expected hashrate not known">
      {percent => (
        <>
          {threeDigits(percent())} % of {amountText(hashrateAmount(props.totals.expectedHashrateHs.total))} expected
        </>
      )}
    </Show>
  )
}

const orNull = (sum: Sum) => (sum.miners === 0 ? null : sum.total)

function known(sum: Sum | null, amount: (value: number) => Amount): Amount | null {
  return sum === null || sum.miners === 0 ? null : amount(sum.total)
}

function percentOf({ accepted, rejected }: Totals): number | null {
  const all = accepted.total + rejected.total
  return all === 0 ? null : (100 * accepted.total) / all
}

function acceptedPercent(totals: Totals): Amount | null {
  const percent = percentOf(totals)
  // Two decimals: at a fleet's size, a tenth of a percent is money.
  return percent === null ? null : { value: percent.toFixed(2), unit: '%' }
}

function sharesText({ accepted, rejected }: Totals): string {
  return `${countText(accepted.total)} accepted, ${countText(rejected.total)} rejected`
}
