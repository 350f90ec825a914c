import { keysOn } from '../shell/shortcuts.ts'
import type { MinersView } from './create-miners-view.ts'

/** The keys of the table. Letters can be switched off; arrows cannot. */
export function createTableKeys(deps: {
  readonly miners: () => MinersView
  readonly panelOpen: () => boolean
  /** Brings a row into sight. */
  readonly show: (index: number) => void
}): (event: KeyboardEvent) => void {
  const moveTo = (index: number) => {
    const miners = deps.miners()
    const { rows } = miners.view()
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))]
    if (row === undefined) return
    miners.activate(row)
    deps.show(rows.indexOf(row))
    if (deps.panelOpen()) miners.open(row)
  }
  const place = () => {
    const active = deps.miners().active()
    return active === null ? -1 : deps.miners().view().rows.indexOf(active)
  }
  const onActive = (act: (row: number) => void) => {
    const active = deps.miners().active()
    if (active !== null) act(active)
  }
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => moveTo(place() + 1),
    ArrowUp: () => moveTo(place() - 1),
    PageDown: () => moveTo(place() + 20),
    PageUp: () => moveTo(place() - 20),
    Home: () => moveTo(0),
    End: () => moveTo(Number.MAX_SAFE_INTEGER),
    Enter: () => onActive(deps.miners().open),
    ' ': () => onActive(deps.miners().toggleSelected),
  }
  const letters: Readonly<Record<string, () => void>> = {
    j: () => moveTo(place() + 1),
    k: () => moveTo(place() - 1),
    x: () => onActive(deps.miners().toggleSelected),
  }
  return event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement) return
    if (event.key === 'Enter' && event.target instanceof HTMLAnchorElement) return
    const act = keys[event.key] ?? (keysOn() ? letters[event.key] : undefined)
    if (!act) return
    event.preventDefault()
    act()
  }
}
