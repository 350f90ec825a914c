import { createMemo, For, Show } from 'solid-js'
import { Button } from '../parts/Button.tsx'
import { countText, hashrateAmount, powerAmount, type Amount } from '../parts/amount.ts'
import { createUrlState } from '../parts/create-url-state.ts'
import { Notice } from '../parts/Notice.tsx'
import { createHistory } from './create-history.ts'
import { HistoryChart, type Plot } from './HistoryChart.tsx'
import styles from './History.module.css'
import page from './Overview.module.css'

const spans = [
  { name: '24h', text: '24 h', ms: 86_400_000 },
  { name: '7d', text: '7 d', ms: 7 * 86_400_000 },
] as const

const plots: readonly Plot[] = [
  {
    name: 'Hashrate',
    amount: hashrateAmount,
    lines: [
      { name: 'expected', look: 'second', value: point => point.expectedHashrateHs },
      { name: 'reported', look: 'first', value: point => point.hashrateHs },
    ],
  },
  { name: 'Power', amount: powerAmount, lines: [{ name: 'reported', look: 'first', value: point => point.powerW }] },
  {
    name: 'Miners',
    amount: countAmount,
    lines: [
      { name: 'all', look: 'second', value: point => point.miners },
      { name: 'hashing', look: 'good', value: point => point.hashing },
      { name: 'offline', look: 'bad', value: point => point.offline },
    ],
  },
]

function countAmount(value: number): Amount {
  return { value: countText(value), unit: '' }
}

/** What the site did, up to now, and the times that nobody knows of. */
export function History() {
  const url = createUrlState()
  const span = createMemo(() => spans.find(one => one.name === url.text('span')) ?? spans[0])
  const history = createHistory(() => span().ms)
  return (
    <section class={page.card} aria-labelledby="history">
      <header class={page.cardTitle}>
        <h2 id="history">History</h2>
        <div class={styles.spans} role="group" aria-label="How far back">
          <For each={spans}>
            {one => (
              <button
                type="button"
                aria-pressed={one === span()}
                onClick={() => url.set({ span: one === spans[0] ? null : one.name })}
              >
                {one.text}
              </button>
            )}
          </For>
        </div>
      </header>
      <Show when={history.failure()}>
        {text => (
          <Notice title="History cannot be read" text={text()}>
            <Button onClick={history.load}>Try again</Button>
          </Notice>
        )}
      </Show>
      <Show when={history.curve()} fallback={<Loading failed={history.failure() !== null} />}>
        {curve => <HistoryChart plots={plots} curve={curve()} span={history.span()} />}
      </Show>
    </section>
  )
}

function Loading(props: { readonly failed: boolean }) {
  return (
    <Show when={!props.failed}>
      <div class={styles.loading} role="status">
        <span class="visually-hidden">Loading the history</span>
      </div>
    </Show>
  )
}
