import { createMemo, Show } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { totalsOf, type Sum } from '../live/totals.ts'
import { amountText, hashrateAmount, plural, powerAmount, type Amount } from '../parts/amount.ts'
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
          <span>{textOf(totals().hashrateHs, hashrateAmount)}</span>
          <span>{textOf(totals().powerW, powerAmount)}</span>
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

function textOf(sum: Sum, amount: (value: number) => Amount): string {
  const { unit } = amount(1)
  return sum.miners === 0 ? `– ${unit}` : amountText(amount(sum.total))
}
