import { Show } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { NoMiners } from '../miners/NoMiners.tsx'
import { aheadText } from '../parts/amount.ts'
import { createTitle } from '../shell/create-title.ts'
import { Figures } from './Figures.tsx'
import { Freshness } from './Freshness.tsx'
import { History } from './History.tsx'
import { NeedsYou } from './NeedsYou.tsx'
import styles from './Overview.module.css'
import { States } from './States.tsx'

export function Overview() {
  const site = useSite()
  createTitle(() => 'Overview')
  return (
    <div class={styles.page}>
      <h1 class="visually-hidden">Overview</h1>
      <Show when={site.loaded()} fallback={<Loading />}>
        <Show when={site.totals().miners > 0} fallback={<NoMiners />}>
          <Figures />
          <div class={styles.columns}>
            <NeedsYou />
            <div class={styles.side}>
              <States />
              <Freshness />
            </div>
          </div>
          <History />
        </Show>
      </Show>
    </div>
  )
}

function Loading() {
  const site = useSite()
  return (
    <div class={styles.loading} role="status">
      <Show when={aheadText(site.ahead())} fallback={<span class="visually-hidden">Loading the site</span>}>
        {text => <p>Loading the site. {text()}</p>}
      </Show>
      <div class={styles.bone} />
      <div class={styles.bone} />
      <div class={styles.bone} />
      <div class={styles.bone} />
    </div>
  )
}
