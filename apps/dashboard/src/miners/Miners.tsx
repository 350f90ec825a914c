import { useParams } from '@solidjs/router'
import { minerId } from '@headframe/protocol'
import { createMemo, Show } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { MinerPanel } from '../miner/MinerPanel.tsx'
import { aheadText } from '../parts/amount.ts'
import { Notice } from '../parts/Notice.tsx'
import { createTitle } from '../shell/create-title.ts'
import { createMinersView } from './create-miners-view.ts'
import { FilterBar } from './FilterBar.tsx'
import styles from './Miners.module.css'
import { MinersTable } from './MinersTable.tsx'
import { NoMiners } from './NoMiners.tsx'
import { SelectionBar } from './SelectionBar.tsx'

/** All miners of the site in one table; the open one in a panel beside it. */
export function Miners() {
  const site = useSite()
  const params = useParams()
  const miners = createMinersView()
  const open = createMemo(() => minerId.safeParse(params['miner']).data ?? null)
  createTitle(() => (open() ? '' : 'Miners'))
  return (
    <div class={styles.page} data-open={open() ? '' : undefined}>
      <div class={styles.list}>
        <h1 class="visually-hidden">Miners</h1>
        <FilterBar miners={miners} />
        <Show
          when={site.loaded()}
          fallback={<Notice title="Loading the miners of this site" text={aheadText(site.ahead())} />}
        >
          <Show when={site.totals().miners > 0} fallback={<NoMiners />}>
            <MinersTable miners={miners} open={open()} />
            <SelectionBar miners={miners} />
          </Show>
        </Show>
      </div>
      <Show when={open()}>{miner => <MinerPanel miner={miner()} />}</Show>
    </div>
  )
}
