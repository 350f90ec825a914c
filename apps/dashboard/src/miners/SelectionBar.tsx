import { createMemo, Show } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { totalsOf } from '../live/totals.ts'
import { amountText, hashrateAmount, plural, powerAmount } from '../parts/amount.ts'
import { Button } from '../parts/Button.tsx'
import type { MinersView } from './create-miners-view.ts'
import styles from './SelectionBar.module.css'

/** What the selected miners amount to. */
export function SelectionBar(props: { readonly miners: MinersView }) {
  const site = useSite()
  const totals = createMemo(() => {
    const fleet = site.fleet()
    return totalsOf(
      fleet,
      [...props.miners.selected()].flatMap(id => fleet.rowOf(id) ?? []),
    )
  })
  const all = () => props.miners.view().rows.length
  return (
    <Show when={totals().miners > 0}>
      <div class={styles.bar} role="region" aria-label="Selection">
        <p>
          <strong>{plural(totals().miners, 'miner')} selected</strong>
          <span>{amountText(hashrateAmount(totals().hashrateHs.total))}</span>
          <span>{amountText(powerAmount(totals().powerW.total))}</span>
        </p>
        <Show when={all() > totals().miners}>
          <Button kind="quiet" onClick={() => props.miners.select(props.miners.view().rows)}>
            Select all {all().toLocaleString('en')} shown
          </Button>
        </Show>
        <Button onClick={() => props.miners.clearSelected()}>Clear</Button>
      </div>
    </Show>
  )
}
