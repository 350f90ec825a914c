import { maxFollowedEpoch, type ControlId, type LeaseAnswer, type LeaseAsk } from '@headframe/protocol'
import { createCore, type Core, type CoreDeps, type Told } from '../core/core.ts'
import { endCore } from '../core/end.ts'
import { runCore } from '../core/run.ts'
import { createWriter, type Writer } from '../store/writer.ts'
import { announce } from './announce.ts'
import { endCommands } from './end-commands.ts'
import { guardedBy } from './guarded.ts'
import { createKeeper, type Keeper } from './keeper.ts'
import { createRemoval, type Removal } from './removal.ts'
import { openStandby, type Standby } from './standby.ts'

/** Asks a witness. `null` when it does not answer, `refused` when it does not know the secret of this box. */
export type AskWitness = (ask: LeaseAsk) => Promise<LeaseAnswer | 'refused' | null>

export interface PairDeps extends CoreDeps {
  /** Who gives the lease: an enrolled control, or a witness. */
  readonly giver: ControlId | AskWitness
  /** A core was made, and does not run yet. */
  readonly onCore: (core: Core) => void
}

/** One box of a relay that has two: it acts while it holds the lease, and stands by while it does not [S8]. */
export interface Pair {
  readonly keeper: Keeper
  /** What it does now; `null` in between. */
  readonly phase: () => Phase | null
  /** What keeps it from being given the lease, as far as it knows. */
  readonly waits: () => Waits
  /** Runs until the signal of its deps aborts. */
  readonly run: () => Promise<void>
}

export interface Waits {
  /** It asks for nothing before it has copied the miners of the other. */
  readonly forCopy: boolean
  /** The witness does not take what it is asked for signed. */
  readonly isRefused: boolean
}

export type Phase =
  | { readonly kind: 'acts'; readonly core: Core }
  | { readonly kind: 'stands-by'; readonly standby: Standby }

const tickMs = 200

/** What a pair keeps from one stretch to the next. */
interface State {
  readonly deps: PairDeps
  readonly keeper: Keeper
  readonly removal: Removal
  readonly write: Writer['write']
  readonly told: Told
  phase: Phase | null
  /** The latest that a control knew of, of either box. */
  knownEpoch: number
  readonly startedAt: number
  /** Everything that a control had of the other box was copied, once. */
  copied: boolean
  /** By the witness, when it was asked last. */
  isRefused: boolean
  /** The last request to a witness, until it is answered or given up. */
  asking: Promise<void>
  /** The lease was gained, or lost. */
  changed: () => void
}

export function createPair(deps: PairDeps): Pair {
  const { world, stores, signal } = deps
  const write = openWriter(deps)
  stores.journal.beginEpoch(world.now(), world.random)
  const removal = createRemoval({
    controls: stores.controls,
    giver: controlOf(deps),
    isUp: control => linksOf(state.phase)?.states()[control] === 'up',
  })
  const keeper = createKeeper({
    world,
    write,
    store: stores.lease,
    run: stores.journal.epoch(),
    ready: () => isReady(state),
    removed: removal.isRemoved,
    overrule: removal.overrule,
    ask: (id, ask) => askGiver(state, id, ask),
    changed: () => state.changed(),
  })
  const told: Told = (control, message) => {
    if (message.type === 'lease' && control === deps.giver) keeper.hear(message.id, message)
  }
  const state: State = {
    deps,
    keeper,
    removal,
    write,
    told,
    phase: null,
    startedAt: world.monotonic(),
    copied: false,
    knownEpoch: 0,
    isRefused: false,
    asking: Promise.resolve(),
    changed: () => {},
  }
  return {
    keeper,
    phase: () => state.phase,
    waits: () => ({ forCopy: !isReady(state), isRefused: state.isRefused }),
    run: async () => {
      world.every(tickMs, keeper.tick, signal)
      while (!signal.aborted) await stretch(state)
    },
  }
}

/** One stretch of standing by, or of acting under one term. It ends with that. */
async function stretch(state: State): Promise<void> {
  const over = new AbortController()
  const until = AbortSignal.any([state.deps.signal, over.signal])
  const term = state.keeper.term()
  state.changed = () => {
    if (state.keeper.term() !== term) over.abort()
  }
  if (term === null) await standBy(state, until)
  else await act(state, { term, until })
  state.phase = null
}

async function standBy(state: State, until: AbortSignal): Promise<void> {
  const { deps, write, told } = state
  const giver = controlOf(deps)
  const onEpoch = (epoch: number) => {
    if (epoch <= maxFollowedEpoch) state.knownEpoch = Math.max(state.knownEpoch, epoch)
  }
  const { removed } = state.removal
  const links = new AbortController()
  void untilWritten(() => endCommands({ ...deps, write }), deps, links.signal)
  const standby = openStandby({ ...deps, signal: links.signal, write, giver, told, removed, onEpoch })
  state.phase = { kind: 'stands-by', standby }
  await abortOf(until)
  if (!deps.signal.aborted) await lastLook(state, standby)
  links.abort()
}

/** What the other box told last is copied before this one acts: it would be told as gone otherwise. */
async function lastLook({ deps: { world, signal } }: State, { replica }: Standby): Promise<void> {
  const until = world.monotonic() + lastLookMs
  replica.refresh()
  const goesOn = () => !signal.aborted && world.monotonic() < until
  while (!replica.isComplete() && goesOn()) await world.sleep(20, signal)
}

/** Without an answer by then no control is there to copy from. */
const lastLookMs = 1000

/** A box that holds no whole copy would find the miners of the other anew, as other miners. It waits, but not for ever. */
const isReady = (state: State) => isWhole(state) || state.deps.world.monotonic() > state.startedAt + firstCopyMs

function isWhole(state: State): boolean {
  const { deps, phase } = state
  state.copied ||= phase?.kind === 'stands-by' && phase.standby.replica.isComplete()
  return state.copied || deps.stores.lease.read().told > 0 || deps.stores.replica.isCopy()
}

const firstCopyMs = 60_000

async function act(state: State, { term, until }: { term: number; until: AbortSignal }): Promise<void> {
  const { deps, keeper, told, write, knownEpoch } = state
  const { journal } = deps.stores
  // Above every epoch of the other box: its facts are older than ours from now on [S2].
  const past = Math.max(deps.world.now(), knownEpoch)
  if (!write(() => journal.beginEpoch(past, deps.world.random))) return keeper.release()
  const edges = guardedBy(deps.edges, () => keeper.term() === term)
  const links = new AbortController()
  const pair = { term, isWhole: isWhole(state), told, removed: state.removal.removed, linksUntil: links.signal }
  const coreDeps: CoreDeps = { ...deps, edges, signal: until, pair }
  const core = createCore(coreDeps)
  void untilWritten(() => announce(core, coreDeps, pair), deps, until)
  deps.onCore(core)
  state.phase = { kind: 'acts', core }
  runCore(core, coreDeps)
  deps.log.info({ term }, 'this box acts')
  await abortOf(until)
  deps.log.info({ term }, 'this box acts no more')
  await endCore(core, coreDeps)
  // Nothing acts any more: at an orderly end the other box need not wait for the lease to run out.
  if (deps.signal.aborted) keeper.release()
  await state.asking
  links.abort()
}

/** Again and again while the disk takes nothing. */
async function untilWritten(write: () => boolean, { world }: PairDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !write()) await world.sleep(fullDiskMs, signal)
}

const fullDiskMs = 1000

function askGiver(state: State, id: number, ask: LeaseAsk): void {
  const { giver } = state.deps
  if (typeof giver === 'function') state.asking = askWitness(state, id, giver(ask))
  else linksOf(state.phase)?.say(giver, { type: 'lease', id, ...ask })
}

async function askWitness(state: State, id: number, answering: ReturnType<AskWitness>): Promise<void> {
  const answer = await answering
  state.isRefused = answer === 'refused'
  if (answer !== null && answer !== 'refused') state.keeper.hear(id, answer)
}

const controlOf = ({ giver }: PairDeps): ControlId | null => (typeof giver === 'function' ? null : giver)

const linksOf = (phase: Phase | null) => (phase?.kind === 'acts' ? phase.core.links : phase?.standby.links)

function openWriter({ stores, log }: PairDeps): Writer['write'] {
  return createWriter({
    db: stores.db,
    mark: stores.journal.mark,
    changed: (disk, text) => log[disk === 'ok' ? 'info' : 'error'](text),
  }).write
}

function abortOf(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
}
