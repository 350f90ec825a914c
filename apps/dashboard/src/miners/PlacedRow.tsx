import type { MinerId } from '@headframe/protocol'
import { Show } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { CompactRow } from './CompactRow.tsx'
import type { MinersView } from './create-miners-view.ts'
import { MinerRow } from './MinerRow.tsx'
import styles from './MinersTable.module.css'

/** A row at its place in the list. */
export function PlacedRow(props: {
  readonly index: number
  readonly row: number
  readonly topPx: number
  readonly compact: boolean
  readonly open: MinerId | null
  readonly miners: MinersView
}) {
  const site = useSite()
  const id = () => site.fleet().inventory.idAt(props.row)
  const selected = () => {
    const miner = props.miners.selected().size > 0 ? id() : undefined
    return miner !== undefined && props.miners.selected().has(miner)
  }
  const stale = () => ['unknown', 'offline'].includes(site.fleet().stateAt(props.row))
  const mark = (holds: boolean) => (holds ? '' : undefined)
  const open = (event: MouseEvent) => {
    if (event.target instanceof HTMLElement && event.target.closest('a, button, input')) return
    props.miners.activate(props.row)
    props.miners.open(props.row)
  }
  return (
    <div
      id={`row-${props.row}`}
      role="row"
      class={props.compact ? styles.compactRow : styles.row}
      style={{ transform: `translateY(${props.topPx}px)` }}
      aria-rowindex={props.index + 2}
      aria-selected={selected()}
      data-active={mark(props.miners.active() === props.row)}
      data-open={mark(props.open !== null && id() === props.open)}
      data-stale={mark(stale())}
      onClick={open}
    >
      <Show when={props.compact} fallback={<MinerRow row={props.row} miners={props.miners} />}>
        <CompactRow row={props.row} miners={props.miners} />
      </Show>
    </div>
  )
}
