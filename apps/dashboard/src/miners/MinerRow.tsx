import { A } from '@solidjs/router'
import { columns } from '@headframe/protocol'
import { createMemo, For, Match, Switch } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { valueAt } from '../live/values.ts'
import { Bar } from '../parts/Bar.tsx'
import { StateMark } from '../parts/StateMark.tsx'
import { hoverText, shownText, tableColumns } from './cells.ts'
import type { MinersView } from './create-miners-view.ts'
import styles from './MinersTable.module.css'

interface RowProps {
  readonly row: number
  readonly miners: MinersView
}

/** The cells of one miner. The columns never change, so one row is built once and only its texts are set anew. */
export function MinerRow(props: RowProps) {
  const site = useSite()
  const id = () => site.fleet().inventory.idAt(props.row)
  const selected = () => {
    const { size } = props.miners.selected()
    const miner = size > 0 ? id() : undefined
    return miner !== undefined && props.miners.selected().has(miner)
  }
  const path = createMemo(() => props.miners.pathOf(props.row))
  // All texts at once: most rows have none that changed, and then nothing else is looked at.
  const texts = createMemo<readonly (string | null)[]>(
    () => {
      const place = { fleet: site.fleet(), row: props.row, now: site.now() }
      return tableColumns.map(column => column.text(place))
    },
    [],
    { equals: sameTexts },
  )
  return (
    <>
      <div role="gridcell" class={styles.select}>
        <input
          type="checkbox"
          tabindex={-1}
          aria-label={`Select ${shownText(texts()[addressPlace] ?? null)}`}
          checked={selected()}
          onChange={() => props.miners.toggleSelected(props.row)}
        />
      </div>
      <For each={tableColumns}>
        {(column, place) => {
          const text = () => texts()[place()] ?? null
          return (
            <div
              role="gridcell"
              class={column.number ? styles.number : styles.cell}
              data-column={column.name}
              style={{ width: `${column.widthPx}px` }}
              title={hoverText(column, text())}
            >
              <Switch fallback={shownText(text())}>
                <Match when={column.name === 'state'}>
                  <StateMark state={site.fleet().stateAt(props.row)} />
                </Match>
                <Match when={column.name === 'address'}>
                  <A class={styles.link} href={path()} tabindex={-1} noScroll>
                    {shownText(text())}
                  </A>
                </Match>
                <Match when={column.name === 'hashrate'}>
                  <HashrateBar row={props.row} />
                  <span>{shownText(text())}</span>
                </Match>
              </Switch>
            </div>
          )
        }}
      </For>
    </>
  )
}

const addressPlace = tableColumns.findIndex(column => column.name === 'address')

function sameTexts(a: readonly (string | null)[], b: readonly (string | null)[]): boolean {
  return a.length === b.length && a.every((text, place) => text === b[place])
}

function HashrateBar(props: { readonly row: number }) {
  const site = useSite()
  const value = createMemo(() => valueAt(site.fleet(), columns.hashrateHs, props.row))
  const expected = createMemo(() => valueAt(site.fleet(), columns.expectedHashrateHs, props.row))
  return <Bar value={value()} of={expected()} />
}
