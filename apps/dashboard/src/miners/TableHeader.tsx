import { For, Show } from 'solid-js'
import { Icon } from '../parts/Icon.tsx'
import { tableColumns, type TableColumn } from './cells.ts'
import type { MinersView } from './create-miners-view.ts'
import styles from './MinersTable.module.css'

/** Names and units of the columns; a press sorts, another turns the order. */
export function TableHeader(props: { readonly miners: MinersView }) {
  const sorted = (column: TableColumn) => {
    const { by, down } = props.miners.sort()
    return by === column.name ? (down ? 'descending' : 'ascending') : 'none'
  }
  return (
    <div role="rowgroup" class={styles.headerGroup}>
      <div role="row" class={styles.header} aria-rowindex={1}>
        <div role="columnheader" class={styles.select}>
          <span class="visually-hidden">Selected</span>
        </div>
        <For each={tableColumns}>
          {column => (
            <div
              role="columnheader"
              class={column.number ? styles.numberHeader : styles.columnHeader}
              style={{ width: `${column.widthPx}px` }}
              aria-sort={sorted(column)}
            >
              <button
                type="button"
                tabindex={sorted(column) === 'none' ? -1 : 0}
                title={column.title}
                onClick={() => props.miners.sortBy(column.name)}
                onKeyDown={moveFocus}
              >
                <Show when={sorted(column) !== 'none'}>
                  <Icon name={sorted(column) === 'descending' ? 'down' : 'up'} size={10} />
                </Show>
                {column.header} <Show when={column.unit}>{unit => <span class={styles.unit}>{unit()}</span>}</Show>
              </button>
            </div>
          )}
        </For>
      </div>
    </div>
  )
}

/** One stop for the Tab key; arrows go on from there. */
function moveFocus(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const cell = event.currentTarget.parentElement
  const next =
    event.key === 'ArrowRight'
      ? cell?.nextElementSibling
      : event.key === 'ArrowLeft'
        ? cell?.previousElementSibling
        : null
  const button = next?.querySelector('button')
  if (!button) return
  event.preventDefault()
  button.focus()
}
