import { A } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { tableColumns } from './cells.tsx'
import type { MinersView } from './create-miners-view.ts'
import styles from './MinersTable.module.css'

/** The cells of one miner. The columns never change, so one row is built once and only its values are set anew. */
export function MinerRow(props: { readonly row: number; readonly miners: MinersView }) {
  const site = useSite()
  const id = () => site.fleet().infos[props.row]?.id
  const address = () => site.fleet().infos[props.row]?.address ?? ''
  const selected = () => {
    const miner = id()
    return miner !== undefined && props.miners.selected().has(miner)
  }
  return (
    <>
      <div role="gridcell" class={styles.select}>
        <input
          type="checkbox"
          tabindex={-1}
          aria-label={`Select ${address()}`}
          checked={selected()}
          onChange={() => props.miners.toggleSelected(props.row)}
        />
      </div>
      <For each={tableColumns}>
        {column => (
          <div
            role="gridcell"
            class={column.number ? styles.number : styles.cell}
            data-column={column.name}
            style={{ width: `${column.widthPx}px` }}
          >
            <Show
              when={column.name === 'address'}
              fallback={<column.Cell fleet={site.fleet()} row={props.row} now={site.now()} />}
            >
              <A class={styles.link} href={props.miners.pathOf(props.row)} tabindex={-1} noScroll>
                {address()}
              </A>
            </Show>
          </div>
        )}
      </For>
    </>
  )
}
