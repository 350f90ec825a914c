import { minerStates } from '@headframe/protocol'
import { createMemo, For, on, Show } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { countText, plural } from '../parts/amount.ts'
import { Icon } from '../parts/Icon.tsx'
import { StateMark } from '../parts/StateMark.tsx'
import type { MinersView } from './create-miners-view.ts'
import styles from './FilterBar.module.css'
import { termText } from './query.ts'
import { parseSort, sortText } from './sort.ts'

interface FilterProps {
  readonly miners: MinersView
}

/** States with their counts, and what the search box was understood to ask. */
export function FilterBar(props: FilterProps) {
  return (
    <div class={styles.bar}>
      <StateChips miners={props.miners} />
      <Show when={props.miners.terms().length > 0}>
        <TermChips miners={props.miners} />
      </Show>
      <SortChoice miners={props.miners} />
      <Shown miners={props.miners} />
    </div>
  )
}

const order = minerStates.toReversed()

function StateChips(props: FilterProps) {
  const count = (state: (typeof order)[number]) => props.miners.view().counts[state]
  return (
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
            data-none={count(state) === 0 ? '' : undefined}
            onClick={() => props.miners.toggleState(state)}
          >
            <StateMark state={state} /> <span class={styles.count}>{countText(count(state))}</span>
          </button>
        )}
      </For>
    </div>
  )
}

function TermChips(props: FilterProps) {
  return (
    <ul class={styles.terms} aria-label="What the search was understood to ask">
      <For each={props.miners.terms()}>
        {term => (
          <li class={styles.term} data-bad={term.test.kind === 'bad' ? '' : undefined}>
            <span>{termText(term)}</span>
            <button type="button" aria-label={`Remove ${termText(term)}`} onClick={() => props.miners.dropTerm(term)}>
              <Icon name="close" size={12} />
            </button>
          </li>
        )}
      </For>
    </ul>
  )
}

const sorts = [
  { value: 'address', text: 'By address' },
  { value: '-problems', text: 'Most problems' },
  { value: 'hashrate', text: 'Lowest hashrate' },
  { value: '-hashrate', text: 'Highest hashrate' },
  { value: '-temp', text: 'Hottest chip' },
  { value: '-age', text: 'Oldest reading' },
] as const

/** For a phone, where there is no header to press. */
function SortChoice(props: FilterProps) {
  return (
    <select
      class={styles.sort}
      aria-label="Sort by"
      onChange={event => props.miners.sortAs(parseSort(event.currentTarget.value))}
    >
      <For each={sorts}>
        {sort => (
          <option value={sort.value} selected={sort.value === sortText(props.miners.sort())}>
            {sort.text}
          </option>
        )}
      </For>
    </select>
  )
}

/** How many are shown: on screen as they change, to a screen reader only when something else was asked. */
function Shown(props: FilterProps) {
  const site = useSite()
  const text = () => {
    const shown = props.miners.view().rows.length
    const all = site.totals().miners
    return shown === all ? '' : `${countText(shown)} of ${plural(all, 'miner')}`
  }
  const told = createMemo(on(() => props.miners.asked(), text))
  return (
    <>
      <p class={styles.shown} aria-hidden="true">
        {text()}
      </p>
      <p class="visually-hidden" role="status">
        {told()}
      </p>
    </>
  )
}
