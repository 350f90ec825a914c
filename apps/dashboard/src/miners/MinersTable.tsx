import type { MinerId } from '@headframe/protocol'
import { createVirtualizer } from '@tanstack/solid-virtual'
import { createEffect, For, on, Show } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { createMedia } from '../parts/create-media.ts'
import { Notice } from '../parts/Notice.tsx'
import { tableColumns } from './cells.tsx'
import { CompactRow } from './CompactRow.tsx'
import { createTableKeys } from './create-table-keys.ts'
import type { MinersView } from './create-miners-view.ts'
import styles from './MinersTable.module.css'
import { MinerRow } from './MinerRow.tsx'
import { TableHeader } from './TableHeader.tsx'

const rowPx = 28
const compactRowPx = 64

/** As many rows as fit the screen, of as many as there are. */
export function MinersTable(props: { readonly miners: MinersView; readonly open: MinerId | null }) {
  const site = useSite()
  const compact = createMedia('(width < 640px)')
  let scroller: HTMLDivElement | undefined
  const rows = () => props.miners.view().rows
  const virtualizer = createVirtualizer({
    get count() {
      return rows().length
    },
    getScrollElement: () => scroller ?? null,
    estimateSize: () => (compact() ? compactRowPx : rowPx),
    overscan: 8,
    get scrollPaddingStart() {
      return compact() ? 0 : rowPx
    },
  })
  createEffect(on(compact, () => virtualizer.measure(), { defer: true }))
  const press = createTableKeys({
    miners: () => props.miners,
    panelOpen: () => props.open !== null,
    show: index => virtualizer.scrollToIndex(index, { align: 'auto' }),
  })
  // Another question starts at the top.
  createEffect(on([props.miners.terms, props.miners.states, props.miners.sort], () => scroller?.scrollTo({ top: 0 }), { defer: true }))

  return (
    <div
      id="miners-grid"
      ref={scroller}
      class={styles.scroller}
      role="grid"
      aria-label="Miners"
      aria-rowcount={rows().length + 1}
      aria-colcount={tableColumns.length + 1}
      aria-multiselectable="true"
      aria-activedescendant={props.miners.active() === null ? undefined : `row-${props.miners.active()}`}
      tabindex={0}
      onKeyDown={press}
      onPointerEnter={event => props.miners.hold(event.pointerType === 'mouse')}
      onPointerLeave={() => props.miners.hold(false)}
    >
      <Show when={!compact()}>
        <TableHeader miners={props.miners} />
      </Show>
      <div role="rowgroup" class={styles.rows} style={{ height: `${virtualizer.getTotalSize()}px` }}>
        <For each={virtualizer.getVirtualItems()}>
          {item => (
            <Show when={item.index < rows().length}>
              <div
                id={`row-${rowAt(item.index)}`}
                role="row"
                class={compact() ? styles.compactRow : styles.row}
                style={{ transform: `translateY(${item.start}px)` }}
                aria-rowindex={item.index + 2}
                aria-selected={isSelected(rowAt(item.index))}
                data-active={props.miners.active() === rowAt(item.index) ? '' : undefined}
                data-open={isOpen(rowAt(item.index)) ? '' : undefined}
                data-stale={isStale(rowAt(item.index)) ? '' : undefined}
                onClick={event => openUnlessControl(event, rowAt(item.index))}
              >
                <Show when={compact()} fallback={<MinerRow row={rowAt(item.index)} miners={props.miners} />}>
                  <CompactRow row={rowAt(item.index)} miners={props.miners} />
                </Show>
              </div>
            </Show>
          )}
        </For>
      </div>
      <Show when={rows().length === 0}>
        <div class={styles.none}>
          <Notice title="No miner matches" text="Take a word or a state away to see more." />
        </div>
      </Show>
    </div>
  )

  function rowAt(index: number): number {
    return rows()[index] ?? 0
  }

  function isOpen(row: number): boolean {
    return props.open !== null && site.fleet().infos[row]?.id === props.open
  }

  function isSelected(row: number): boolean {
    const id = site.fleet().infos[row]?.id
    return id !== undefined && props.miners.selected().has(id)
  }

  function isStale(row: number): boolean {
    const state = site.fleet().stateAt(row)
    return state === 'unknown' || state === 'offline'
  }

  function openUnlessControl(event: MouseEvent, row: number): void {
    if (event.target instanceof HTMLElement && event.target.closest('a, button, input')) return
    props.miners.activate(row)
    props.miners.open(row)
  }
}
