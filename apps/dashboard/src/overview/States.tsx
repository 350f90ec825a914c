import { A } from '@solidjs/router'
import { minerStates } from '@headframe/protocol'
import { For } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { countText, plural } from '../parts/amount.ts'
import { StateMark } from '../parts/StateMark.tsx'
import page from './Overview.module.css'
import styles from './States.module.css'

/** Worst news last in the bar, first in the eye: hashing fills from the left. */
const barOrder = minerStates.toReversed()

/** Miners by the eight states; the counts add up to all. */
export function States() {
  const site = useSite()
  const totals = site.totals
  return (
    <section class={page.card} aria-labelledby="by-state">
      <header class={page.cardTitle}>
        <h2 id="by-state">Miners</h2>
        <span>{plural(totals().miners, 'miner')}</span>
      </header>
      <div class={styles.bar} aria-hidden="true">
        <For each={barOrder}>
          {state => (
            <div
              class={styles[state]}
              style={{ 'flex-grow': totals().states[state] }}
              hidden={totals().states[state] === 0}
            />
          )}
        </For>
      </div>
      <ul>
        <For each={barOrder}>
          {state => (
            <li>
              <A class={styles.line} href={`/s/${site.id}/miners?state=${state}`}>
                <StateMark state={state} />
                <span class={totals().states[state] === 0 ? styles.zero : styles.count}>
                  {countText(totals().states[state])}
                </span>
              </A>
            </li>
          )}
        </For>
      </ul>
    </section>
  )
}
