import type { MinerId } from '@headframe/protocol'
import { createSignal } from 'solid-js'

/** Miners that were picked. It outlives sorting, filtering and scrolling. */
export function createSelection(idOf: (row: number) => MinerId | undefined) {
  const [selected, setSelected] = createSignal<ReadonlySet<MinerId>>(new Set())
  return {
    selected,
    toggleSelected: (row: number) => {
      const id = idOf(row)
      if (id !== undefined) setSelected(before => toggled(before, id))
    },
    select: (rows: Uint32Array) => setSelected(new Set([...rows].flatMap(row => idOf(row) ?? []))),
    clearSelected: () => setSelected(new Set<MinerId>()),
  }
}

function toggled(before: ReadonlySet<MinerId>, id: MinerId): ReadonlySet<MinerId> {
  const next = new Set(before)
  if (!next.delete(id)) next.add(id)
  return next
}
