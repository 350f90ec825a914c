import {
  paths,
  type CapturedMessage,
  type CommandEntry,
  type CommandId,
  type MessageFilter,
  type MinerId,
  type Reading,
  type RelayStatus,
  type Role,
  type SiteId,
  type ToDashboard,
} from '@headframe/protocol'
import { batch, createContext, createMemo, createSignal, onCleanup, useContext } from 'solid-js'
import type { Io } from '../io.ts'
import { CopyOfSite } from './copy-of-site.ts'
import { LostPlace } from './frames.ts'
import { remember, type Moment } from './history.ts'
import { Link, type LinkState } from './link.ts'
import { Questions } from './questions.ts'
import { totalsOf } from './totals.ts'

/** What a site says of itself. */
export interface SiteFacts {
  readonly name: string
  readonly role: Role
  readonly relays: readonly RelayStatus[]
}

export interface Tail {
  readonly messages: readonly CapturedMessage[]
  /** Left out before these. */
  readonly skipped: number
}

export type Site = ReturnType<typeof createSite>

/** One site, live: its miners as columns, its relays, its commands, and a line for questions. */
export function createSite(id: SiteId, io: Io) {
  const [linkState, setLinkState] = createSignal<LinkState>({ kind: 'connecting', since: io.now() })
  const [facts, setFacts] = createSignal<SiteFacts | null>(null)
  const [copy, setCopy] = createSignal<CopyOfSite>(new CopyOfSite(), { equals: false })
  const [loaded, setLoaded] = createSignal(false)
  const [commands, setCommands] = createSignal<ReadonlyMap<CommandId, CommandEntry>>(new Map())
  const [detail, setDetail] = createSignal<{ miner: MinerId; reading: Reading } | null>(null)
  const [clockOffsetMs, setClockOffsetMs] = createSignal(0)
  const [tickedAt, setTickedAt] = createSignal(io.now())
  const now = () => tickedAt() + clockOffsetMs()

  /** The copy that fills while the last one stays on screen. */
  let filling: CopyOfSite | null = null
  let watched: MinerId | null = null
  let followed: { filter: MessageFilter; take: (tail: Tail) => void } | null = null
  let framePending = false

  const questions = new Questions({ send: message => link.send(message), after: io.after })
  const target = () => filling ?? copy()

  const totals = createMemo(() => totalsOf(copy().fleet))
  const [history, setHistory] = createSignal<readonly Moment[]>([])

  /** At most once for each animation frame, however much arrives. */
  const changed = () => {
    if (framePending) return
    framePending = true
    io.nextFrame(() => {
      framePending = false
      batch(() => {
        setTickedAt(io.now())
        const shown = showFilled()
        shown.fleet.judge(now())
        setCopy(shown)
      })
      if (loaded() && linkState().kind === 'live') setHistory(before => remember(before, { at: now(), totals: totals() }))
    })
  }

  const showFilled = () => {
    if (!filling?.complete(io.now())) return copy()
    const shown = filling
    filling = null
    setLoaded(true)
    return shown
  }

  const startOver = (message: Extract<ToDashboard, { type: 'site' }>) => {
    filling = new CopyOfSite(io.now())
    filling.fleet.relays = message.relays
    setClockOffsetMs(message.now - io.now())
    setFacts({ name: message.name, role: message.role, relays: message.relays })
    questions.askAgain()
    link.send({ type: 'watch', miner: watched })
    if (followed) link.send({ type: 'tail', filter: followed.filter })
  }

  const setRelay = (relay: RelayStatus) => {
    const relays = [...(facts()?.relays ?? []).filter(one => one.id !== relay.id), relay]
    setFacts(before => (before ? { ...before, relays } : before))
    for (const one of [filling, copy()]) if (one) one.fleet.relays = relays
  }

  const take = (message: ToDashboard) => {
    switch (message.type) {
      case 'site':
        return startOver(message)
      case 'relay':
        return setRelay(message.relay)
      case 'miners':
        return target().putMiners(message)
      case 'minerRemoved':
        return target().fleet.removeMiner(message.miner)
      case 'commands':
        return takeCommands(message.commands)
      case 'detail':
        if (message.miner === watched) setDetail({ miner: message.miner, reading: message.reading })
        return
      case 'answer':
        return questions.answered(message.id, message.answer)
      case 'tail':
        return followed?.take(message)
    }
  }

  const takeCommands = (entries: readonly CommandEntry[]) => {
    setCommands(before => new Map([...before, ...entries.map(entry => [entry.id, entry] as const)]))
  }

  const link = new Link(
    {
      state: setLinkState,
      message: message => {
        batch(() => take(message))
        changed()
      },
      packed: async bytes => {
        try {
          await target().takePacked(bytes)
        } catch (error) {
          if (!(error instanceof LostPlace)) throw error
          link.startOver()
        }
        changed()
      },
    },
    { ...io, open: () => io.openSocket(paths.socket(id)) },
  )

  onCleanup(io.every(1000, changed))
  onCleanup(io.onReturn(() => link.hurry()))
  onCleanup(() => link.close())

  return {
    id,
    link: linkState,
    facts,
    /** Read inside an effect or memo: runs again when any value changed. */
    fleet: () => copy().fleet,
    totals,
    history,
    loaded,
    now,
    commands,
    detail,
    takeCommands,
    ask: questions.ask.bind(questions),
    hurry: () => link.hurry(),
    watch: (miner: MinerId | null) => {
      watched = miner
      setDetail(null)
      link.send({ type: 'watch', miner })
    },
    follow: (filter: MessageFilter | null, take: (tail: Tail) => void) => {
      followed = filter && { filter, take }
      link.send({ type: 'tail', filter })
    },
  }
}

const SiteContext = createContext<Site>()
export const SiteProvider = SiteContext.Provider

export function useSite(): Site {
  const site = useContext(SiteContext)
  if (!site) throw new Error('no site around this component')
  return site
}
