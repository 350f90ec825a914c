import { onCleanup, onMount } from 'solid-js'
import { isTyping, keysOn } from '../shell/shortcuts.ts'
import type { MinersView } from './create-miners-view.ts'

export interface TableKeyDeps {
  readonly miners: () => MinersView
  readonly panelOpen: () => boolean
  /** Brings a row into sight. */
  readonly show: (index: number) => void
}

/**
 * The keys of the table: letters and Enter anywhere on the page, unless letters are switched off or the focus is on what takes
 * Enter for itself; arrows when the table has the focus.
 */
export function createTableKeys(deps: TableKeyDeps): void {
  const acts = createActs(deps)
  const letters: Readonly<Record<string, () => void>> = { j: acts.down, k: acts.up, x: acts.toggle }
  const others: Readonly<Record<string, () => void>> = {
    ArrowDown: acts.down,
    ArrowUp: acts.up,
    PageDown: acts.pageDown,
    PageUp: acts.pageUp,
    Home: acts.first,
    End: acts.last,
    Enter: acts.open,
    ' ': acts.toggle,
  }
  const press = (event: KeyboardEvent) => {
    if (isTyping(event)) return
    const act = inTable(event.target) ? (others[event.key] ?? letterOf(event)) : letterOf(event)
    if (!act) return
    event.preventDefault()
    act()
  }
  const letterOf = (event: KeyboardEvent) => {
    if (!keysOn()) return undefined
    return event.key === 'Enter' && !takesEnter(event.target) ? acts.open : letters[event.key]
  }
  onMount(() => document.addEventListener('keydown', press))
  onCleanup(() => document.removeEventListener('keydown', press))
}

const page = 20

function createActs({ miners, panelOpen, show }: TableKeyDeps) {
  const moveTo = (index: number) => {
    const { rows } = miners().view()
    const place = Math.max(0, Math.min(rows.length - 1, index))
    const row = rows[place]
    if (row === undefined) return
    miners().activate(row)
    show(place)
    if (panelOpen()) miners().open(row)
  }
  const place = () => {
    const active = miners().active()
    return active === null ? -1 : miners().view().rows.indexOf(active)
  }
  const onActive = (act: (row: number) => void) => {
    const active = miners().active()
    if (active !== null) act(active)
  }
  return {
    down: () => moveTo(place() + 1),
    up: () => moveTo(place() - 1),
    pageDown: () => moveTo(place() + page),
    pageUp: () => moveTo(place() - page),
    first: () => moveTo(0),
    last: () => moveTo(Number.MAX_SAFE_INTEGER),
    open: () => onActive(row => miners().open(row)),
    toggle: () => onActive(row => miners().toggleSelected(row)),
  }
}

/** A press of Enter belongs to it: a link or a button. */
function takesEnter(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('a, button, summary') !== null
}

/** The table itself, and not a link or button in it that does something of its own with the key. */
function inTable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.id === 'miners-grid'
}
