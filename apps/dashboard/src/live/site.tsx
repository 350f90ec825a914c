import {
  paths,
  type CommandEntry,
  type CommandId,
  type RelayStatus,
  type Role,
  type SiteId,
  type ToDashboard,
} from '@headframe/protocol'
import { batch, createContext, createMemo, createSignal, onCleanup, useContext } from 'solid-js'
import type { Io } from '../io.ts'
import { createShownCopy } from './create-shown-copy.ts'
import { createViewed } from './create-viewed.ts'
import { createWishes } from './create-wishes.ts'
import { remember, type Moment } from './history.ts'
import { Link, type LinkState } from './link.ts'
import { LostPlace } from './lost-place.ts'
import { Questions } from './questions.ts'
import { captureOffsetMs, correctedAnswer, correctedMessages } from './relay-times.ts'
import { totalsOf } from './totals.ts'

/** What a site says of itself. */
export interface SiteFacts {
  readonly name: string
  readonly role: Role
  readonly relays: readonly RelayStatus[]
}

export type Site = ReturnType<typeof createSite>

/** One site, live: its miners as columns, its relays, its commands, and a line for questions. */
export function createSite(id: SiteId, io: Io) {
  const [linkState, setLinkState] = createSignal<LinkState>({ kind: 'connecting', since: io.now() })
  const [facts, setFacts] = createSignal<SiteFacts | null>(null)
  const [commands, setCommands] = createSignal<ReadonlyMap<CommandId, CommandEntry>>(new Map())
  const [history, setHistory] = createSignal<readonly Moment[]>([])
  const copy = createShownCopy(io)
  const totals = createMemo(() => totalsOf(copy.fleet()))
  const wishes = createWishes(message => link.send(message))
  const viewed = createViewed({
    after: io.after,
    fleet: copy.fleet,
    relays: () => facts()?.relays ?? [],
    send: message => link.send(message),
  })
  const [ahead, setAhead] = createSignal(0)
  const questions = new Questions({ send: message => link.send(message), after: io.after })

  const record = () => {
    const moment = { at: copy.now(), totals: totals() }
    if (copy.loaded() && linkState().kind === 'live') setHistory(before => remember(before, moment))
  }
  const changed = () => copy.changed(record)
  const takeCommands = (entries: readonly CommandEntry[]) => {
    setCommands(before => new Map([...before, ...entries.map(entry => [entry.id, entry] as const)]))
  }
  const take = createReceiver({ copy, wishes, viewed, questions, takeCommands, facts, setFacts, setAhead })

  const link = createLink({ id, io, copy, take, changed, setLinkState })
  // oxlint-disable-next-line solid/reactivity -- runs later, on purpose outside any tracking
  onCleanup(io.every(1000, () => (copy.quiet() ? changed() : undefined)))
  onCleanup(io.onReturn(() => link.hurry()))
  onCleanup(() => link.close())

  return {
    id,
    link: linkState,
    facts,
    /** Read inside an effect or memo: runs again when any value changed. */
    fleet: copy.fleet,
    totals,
    history,
    loaded: copy.loaded,
    now: copy.now,
    commands,
    takeCommands,
    detail: wishes.detail,
    watch: wishes.watch,
    view: viewed.view,
    /** How many are given a copy of the site before this page. */
    ahead,
    follow: wishes.follow,
    ask: questions.ask.bind(questions),
    hurry: () => link.hurry(),
  }
}

function createLink(parts: {
  readonly id: SiteId
  readonly io: Io
  readonly copy: ReturnType<typeof createShownCopy>
  readonly take: (message: ToDashboard) => void
  readonly changed: () => void
  readonly setLinkState: (state: LinkState) => void
}): Link {
  const { id, io, copy, take, changed } = parts
  const startOverIfLost = (error: unknown) => {
    if (!(error instanceof LostPlace)) throw error
    link.startOver()
  }
  const link = new Link(
    {
      state: parts.setLinkState,
      message: message => {
        batch(() => take(message))
        changed()
      },
      packed: async bytes => {
        await copy.target().takePacked(bytes).catch(startOverIfLost)
        changed()
      },
      copying: copy.filling,
    },
    { ...io, open: () => io.openSocket(paths.socket(id)) },
  )
  return link
}

interface Receivers {
  readonly copy: ReturnType<typeof createShownCopy>
  readonly wishes: ReturnType<typeof createWishes>
  readonly viewed: ReturnType<typeof createViewed>
  readonly questions: Questions
  readonly takeCommands: (entries: readonly CommandEntry[]) => void
  readonly facts: () => SiteFacts | null
  readonly setFacts: (facts: SiteFacts) => void
  readonly setAhead: (ahead: number) => void
}

/** Gives each message to the part that it is for. */
function createReceiver(parts: Receivers): (message: ToDashboard) => void {
  const { copy, wishes, questions } = parts

  const startOver = (message: Extract<ToDashboard, { type: 'site' }>) => {
    const { name, role, relays } = message
    parts.setAhead(0)
    parts.setFacts({ name, role, relays })
    copy.startOver(message.now, relays)
    questions.askAgain()
    wishes.tellAgain()
    parts.viewed.tellAgain()
  }

  const setRelay = (relay: RelayStatus) => {
    const facts = parts.facts()
    if (!facts) return
    const known = facts.relays.some(one => one.id === relay.id)
    const relays = known ? facts.relays.map(one => (one.id === relay.id ? relay : one)) : [...facts.relays, relay]
    parts.setFacts({ ...facts, relays })
    copy.setRelays(relays)
    if (!known) parts.viewed.relaysChanged()
  }

  const captureOffset = () => captureOffsetMs(parts.facts()?.relays ?? [])

  return message => {
    switch (message.type) {
      case 'site':
        return startOver(message)
      case 'relay':
        return setRelay(message.relay)
      case 'wait':
        return parts.setAhead(message.ahead)
      case 'miners':
        return copy.target().putMiners(message)
      case 'minerRemoved':
        return copy.target().fleet.removeMiner(message.miner)
      case 'commands':
        return parts.takeCommands(message.commands)
      case 'detail':
        return wishes.takeDetail(message.miner, message.reading)
      case 'answer':
        return questions.answered(message.id, correctedAnswer(message.answer, captureOffset()))
      case 'tail':
        return wishes.takeTail({ ...message, messages: correctedMessages(message.messages, captureOffset()) })
    }
  }
}

const SiteContext = createContext<Site>()
export const SiteProvider = SiteContext.Provider

export function useSite(): Site {
  const site = useContext(SiteContext)
  if (!site) throw new Error('no site around this component')
  return site
}
