import { A } from '@solidjs/router'
import { columns } from '@headframe/protocol'
import { Show } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { ageAt, valueAt } from '../live/values.ts'
import { amountText, hashrateAmount, spanText, unknownText } from '../parts/amount.ts'
import { problemsIn } from '../parts/gravest-problem.ts'
import { problemWords } from '../parts/problem-words.ts'
import { StateMark } from '../parts/StateMark.tsx'
import type { MinersView } from './create-miners-view.ts'
import styles from './CompactRow.module.css'

/** A miner in two lines, for a phone: where, what state, how much, and what is wrong. */
export function CompactRow(props: { readonly row: number; readonly miners: MinersView }) {
  const site = useSite()
  const info = () => site.fleet().infoAt(props.row)
  const state = () => site.fleet().stateAt(props.row)
  const hashrate = () => {
    const hashrateHs = valueAt(site.fleet(), columns.hashrateHs, props.row)
    return hashrateHs === null ? unknownText : amountText(hashrateAmount(hashrateHs))
  }
  const temperature = () => {
    const chipTempC = valueAt(site.fleet(), columns.chipTempC, props.row)
    return chipTempC === null ? '' : `${chipTempC.toFixed(0)} °C`
  }
  const problems = () =>
    problemsIn(site.fleet().problemBitsAt(props.row))
      .map(code => problemWords[code].title)
      .join(', ')
  const age = () => ageAt(site.fleet(), props.row, site.now())
  return (
    <div role="gridcell" class={styles.cell}>
      <A class={styles.link} href={props.miners.pathOf(props.row)} noScroll>
        <span class={styles.address}>{info()?.address}</span>
        <StateMark state={state()} />
        <span class={styles.second}>{problems() || (info()?.model ?? unknownText)}</span>
        <span class={styles.values}>
          <Show
            when={state() === 'unknown' || state() === 'offline'}
            fallback={[temperature(), hashrate()].filter(text => text !== '').join(' · ')}
          >
            {age() === null ? 'never read' : `${spanText(age() ?? 0)} ago`}
          </Show>
        </span>
      </A>
    </div>
  )
}
