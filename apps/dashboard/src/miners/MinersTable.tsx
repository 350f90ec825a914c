import type { MinerId } from '@headframe/protocol'
import { createEffect, For, on, onCleanup, Show } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { createLines } from '../parts/create-lines.ts'
import { createMedia } from '../parts/create-media.ts'
import { Notice } from '../parts/Notice.tsx'
import { askedColumns } from './asked-columns.ts'
import { tableColumns } from './cells.ts'
import { createTableKeys } from './create-table-keys.ts'
import type { MinersView } from './create-miners-view.ts'
import styles from './MinersTable.module.css'
import { PlacedRow } from './PlacedRow.tsx'
import { TableHeader } from './TableHeader.tsx'

const rowPx = 28
const compactRowPx = 64

/** As many rows as fit the screen, of as many as there are. */
export function MinersTable(props: { readonly miners: MinersView; readonly open: MinerId | null }) {
  const compact = createMedia('(width < 640px)')
  let scroller: HTMLDivElement | undefined
  const rows = () => props.miners.view().rows
  const lines = createLines({
    count: () => rows().length,
    scroller: () => scroller,
    linePx: () => (compact() ? compactRowPx : rowPx),
    headerPx: () => (compact() ? 0 : rowPx),
  })
  // Another question starts at the top.
  createEffect(on(() => props.miners.asked(), lines.showFirst, { defer: true }))
  // oxlint-disable-next-line solid/reactivity -- a table keeps its view for life
  createTableView(props.miners, lines.range)
  createTableKeys({
    miners: () => props.miners,
    panelOpen: () => props.open !== null,
    show: lines.show,
  })
  return (
    <div
      id="miners-grid"
      ref={scroller}
      class={styles.scroller}
      role="grid"
      aria-label="Miners"
      aria-rowcount={rows().length + 1}
      aria-colcount={compact() ? 1 : tableColumns.length + 1}
      aria-multiselectable="true"
      aria-activedescendant={props.miners.active() === null ? undefined : `row-${props.miners.active()}`}
      tabindex={0}
      onPointerEnter={event => props.miners.hold(event.pointerType === 'mouse')}
      onPointerLeave={() => props.miners.hold(false)}
    >
      <Show when={!compact()}>
        <TableHeader miners={props.miners} />
      </Show>
      <div role="rowgroup" class={styles.rows} style={{ height: `${lines.heightPx()}px` }}>
        <For each={lines.elements()}>
          {element => (
            <Show when={lines.lineOf(element) !== null}>
              <PlacedRow
                index={lines.lineOf(element) ?? 0}
                row={rows()[lines.lineOf(element) ?? 0] ?? 0}
                topPx={lines.topPx(lines.lineOf(element) ?? 0)}
                compact={compact()}
                open={props.open}
                miners={props.miners}
              />
            </Show>
          )}
        </For>
      </div>
      <Show when={rows().length === 0}>
        <NoneMatches />
      </Show>
    </div>
  )
}

/** Control is told what is looked at, so that it sends no more than that of the rest. */
function createTableView(miners: MinersView, range: () => { readonly first: number; readonly count: number }): void {
  const site = useSite()
  createEffect(() => {
    const { first, count } = range()
    const rows = [...miners.view().rows.subarray(first, first + count)]
    site.view('table', { rows, columns: askedColumns(miners.asked()) })
  })
  onCleanup(() => site.view('table', null))
}

function NoneMatches() {
  return (
    <div class={styles.none}>
      <Notice title="No miner matches" text="Take a word or a state away to see more." />
    </div>
  )
}
