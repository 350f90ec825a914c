import { minerStates } from '@headframe/protocol'
import { For, Show } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { countText, plural } from '../parts/amount.ts'
import { Icon } from '../parts/Icon.tsx'
import { StateMark } from '../parts/StateMark.tsx'
import type { MinersView } from './create-miners-view.ts'
import styles from './FilterBar.module.css'
import { termText } from './query.ts'

const order = minerStates.toReversed()

/** States with their counts, and what the search box was understood to ask. */
export function FilterBar(props: { readonly miners: MinersView }) {
  const site = useSite()
  const shown = () => props.miners.view().rows.length
  return (
    <div class={styles.bar}>
      <div class={styles.states} role="group" aria-label="States">
        <button
          type="button"
          class={styles.state}
          aria-pressed={props.miners.states().length === 0}
          onClick={() => props.miners.clearStates()}
        >
          All <span class={styles.count}>{countText(props.miners.view().matching)}</span>
        </button>
        <For each={order}>
          {state => (
            <button
              type="button"
              class={styles.state}
              aria-pressed={props.miners.states().includes(state)}
              data-none={props.miners.view().counts[state] === 0 ? '' : undefined}
              onClick={() => props.miners.toggleState(state)}
            >
              <StateMark state={state} />{' '}
              <span class={styles.count}>{countText(props.miners.view().counts[state])}</span>
            </button>
          )}
        </For>
      </div>
      <Show when={props.miners.terms().length > 0}>
        <ul class={styles.terms} aria-label="What the search was understood to ask">
          <For each={props.miners.terms()}>
            {term => (
              <li class={styles.term} data-bad={term.test.kind === 'bad' ? '' : undefined}>
                <span>{termText(term)}</span>
                <button
                  type="button"
                  aria-label={`Remove ${termText(term)}`}
                  onClick={() => props.miners.dropTerm(term)}
                >
                  <Icon name="close" size={12} />
                </button>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <p class={styles.shown} role="status">
        <Show when={shown() !== site.totals().miners}>
          {countText(shown())} of {plural(site.totals().miners, 'miner')}
        </Show>
      </p>
    </div>
  )
}
