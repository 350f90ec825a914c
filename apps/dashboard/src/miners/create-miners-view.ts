import { useNavigate, useParams, useSearchParams } from '@solidjs/router'
import { minerStates, type MinerId, type MinerState } from '@headframe/protocol'
import { createMemo, createSignal } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { parseQuery, withoutTerm, type Term } from './query.ts'
import { parseSort, sortText, type SortName } from './sort.ts'
import { heldOrder, viewOf, type View } from './view.ts'

export type MinersView = ReturnType<typeof createMinersView>

/** What the Miners page shows, all of it from the address of the page, so that the address restores it. */
export function createMinersView() {
  const site = useSite()
  const navigate = useNavigate()
  const route = useParams()
  const [params, setParams] = useSearchParams()
  const textOf = (name: string) => {
    const value = params[name]
    return typeof value === 'string' ? value : ''
  }
  const terms = createMemo(() => parseQuery(textOf('q')))
  const states = createMemo(() => {
    const words = textOf('state').split(',')
    return minerStates.filter(state => words.includes(state))
  })
  const sort = createMemo(() => parseSort(textOf('sort')))
  const asked = createMemo(() => ({ terms: terms(), states: states(), sort: sort() }))
  /** While a pointer rests on the table its rows keep their places; what is asked anew is ordered anew. */
  const [held, setHeld] = createSignal(false)
  const [selected, setSelected] = createSignal<ReadonlySet<MinerId>>(new Set())
  const [active, setActive] = createSignal<number | null>(null)

  interface Seen {
    readonly view: View
    readonly asked: ReturnType<typeof asked>
  }
  const seen = createMemo<Seen | null>(before => {
    const next = viewOf(site.fleet(), asked(), site.now())
    const hold = before && held() && before.asked === asked()
    const view = hold ? { ...next, rows: heldOrder(before.view.rows, next.rows) } : next
    return { view, asked: asked() }
  }, null)
  const view = () => seen()?.view ?? { rows: new Uint32Array(0), counts: site.totals().states, matching: 0 }

  const set = (next: Record<string, string | null>) => setParams(next, { replace: true, scroll: false })
  const idOf = (row: number) => site.fleet().infos[row]?.id
  const query = () => {
    const text = new URLSearchParams(Object.keys(params).map(name => [name, textOf(name)])).toString()
    return text === '' ? '' : `?${text}`
  }
  const pathOf = (row: number) => `/s/${site.id}/miners/${idOf(row) ?? ''}${query()}`

  return {
    view,
    terms,
    states,
    sort,
    selected,
    active,
    hold: setHeld,
    activate: setActive,
    pathOf,
    open: (row: number) => navigate(pathOf(row), { scroll: false, replace: route['miner'] !== undefined }),
    toggleState: (state: MinerState) => {
      const next = states().includes(state) ? states().filter(one => one !== state) : [...states(), state]
      set({ state: next.length === 0 ? null : next.join(',') })
    },
    clearStates: () => set({ state: null }),
    sortBy: (by: SortName) => set({ sort: sortText({ by, down: sort().by === by ? !sort().down : startsDown(by) }) }),
    dropTerm: (term: Term) => set({ q: withoutTerm(terms(), term) || null }),
    toggleSelected: (row: number) => {
      const id = idOf(row)
      if (id !== undefined) setSelected(before => toggled(before, id))
    },
    selectAll: () => setSelected(new Set([...view().rows].flatMap(row => idOf(row) ?? []))),
    clearSelected: () => setSelected(new Set<MinerId>()),
  }
}

/** Of these, the most is what one looks for first. */
const startsDown = (by: SortName) => by === 'problems' || by === 'temp' || by === 'age' || by === 'eff'

function toggled(before: ReadonlySet<MinerId>, id: MinerId): ReadonlySet<MinerId> {
  const next = new Set(before)
  if (!next.delete(id)) next.add(id)
  return next
}
