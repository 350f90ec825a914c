import { useNavigate, useParams } from '@solidjs/router'
import { minerStates, type MinerState } from '@headframe/protocol'
import { createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js'
import { useIo } from '../io.ts'
import { useSite } from '../live/site.tsx'
import { createUrlState } from '../parts/create-url-state.ts'
import { createSelection } from './create-selection.ts'
import { prepareSearch } from './find-text.ts'
import { parseQuery, withoutTerm, type Term } from './query.ts'
import { parseSort, sortText, type Sort, type SortName } from './sort.ts'
import { heldOrder, viewOf, type Asked, type View } from './view.ts'

export type MinersView = ReturnType<typeof createMinersView>

/** What the Miners page shows, all of it from the address of the page, so that the address restores it. */
export function createMinersView() {
  const site = useSite()
  const navigate = useNavigate()
  const route = useParams()
  const url = createUrlState()
  const terms = createMemo(() => parseQuery(url.text('q')))
  const states = createMemo(() => minerStates.filter(state => url.text('state').split(',').includes(state)))
  const sort = createMemo(() => parseSort(url.text('sort')))
  const asked = createMemo(() => ({ terms: terms(), states: states(), sort: sort() }))
  createPreparedSearch()
  const [active, setActive] = createSignal<number | null>(null)
  const held = createHeldView(asked)
  const selection = createSelection(row => site.fleet().inventory.idAt(row))
  const query = createMemo(() => url.query())
  const pathOf = (row: number) => `/s/${site.id}/miners/${site.fleet().inventory.idAt(row) ?? ''}${query()}`

  return {
    ...selection,
    view: held.view,
    hold: held.hold,
    asked,
    terms,
    states,
    sort,
    active,
    activate: setActive,
    pathOf,
    open: (row: number) => navigate(pathOf(row), { scroll: false, replace: route['miner'] !== undefined }),
    toggleState: (state: MinerState) => {
      const next = states().includes(state) ? states().filter(one => one !== state) : [...states(), state]
      url.set({ state: next.length === 0 ? null : next.join(',') })
    },
    clearStates: () => url.set({ state: null }),
    sortAs: (sort: Sort) => url.set({ sort: sortText(sort) }),
    sortBy: (by: SortName) =>
      url.set({ sort: sortText({ by, down: sort().by === by ? !sort().down : startsDown(by) }) }),
    dropTerm: (term: Term) => url.set({ q: withoutTerm(terms(), term) || null }),
  }
}

/** A moment after the rows are there, when nobody waits for anything. */
function createPreparedSearch(): void {
  const site = useSite()
  const io = useIo()
  createEffect(
    on(site.loaded, loaded => {
      if (loaded) onCleanup(io.after(prepareAfterMs, () => prepareSearch(site.fleet())))
    }),
  )
}

const prepareAfterMs = 400

/** While a pointer rests on the table its rows keep their places; what is asked anew is ordered anew. */
function createHeldView(asked: () => Asked) {
  const site = useSite()
  const [held, hold] = createSignal(false)
  interface Seen {
    readonly view: View
    readonly asked: Asked
  }
  const seen = createMemo<Seen | null>(before => {
    const next = viewOf(site.fleet(), asked(), site.now())
    const keep = before && held() && before.asked === asked()
    return { view: keep ? { ...next, rows: heldOrder(before.view.rows, next.rows) } : next, asked: asked() }
  }, null)
  return { hold, view: () => seen()?.view ?? { rows: new Uint32Array(0), counts: site.totals().states, matching: 0 } }
}

/** Of these, the most is what one looks for first. */
const startsDown = (by: SortName) => by === 'problems' || by === 'temp' || by === 'age' || by === 'eff'
