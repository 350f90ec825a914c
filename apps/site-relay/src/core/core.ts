import { pollFloorMsOf } from '@headframe/miners'
import type { ControlId, DownMessage } from '@headframe/protocol'
import { newId, type MinerId, type MinerInfo, type Reading } from '@headframe/protocol'
import type { Logger } from 'pino'
import type { RelayConfig } from '../config/index.ts'
import { createGuard, type Guard } from '../command/guard.ts'
import { allowedBy } from '../command/policy.ts'
import type { CaptureQuestions } from '../ask/answer.ts'
import { createDiscovery, isPolled, type Discovery } from '../discovery/discovery.ts'
import { targetsOf } from '../discovery/targets.ts'
import type { MinerIo } from '../edge/miner-io.ts'
import { createConversations, type Conversations } from '../fleet/conversation.ts'
import { createFleet, type Fleet } from '../fleet/fleet.ts'
import { createInventory, type Inventory } from '../fleet/inventory.ts'
import { createLiveTables } from '../fleet/live-tables.ts'
import { createPoller, type Poller } from '../fleet/poller.ts'
import { createSchedule, type Schedule } from '../fleet/schedule.ts'
import type { Keys } from '../keys/keys.ts'
import type { Links } from '../link/links.ts'
import type { OpenTail } from '../link/tails.ts'
import { createAcknowledgements, type Acknowledgements } from '../store/acknowledgements.ts'
import { createChangeLog, type ChangeLog } from './change-log.ts'
import type { Edges } from './edges.ts'
import { openHistory, type OpenHistory } from './open-history.ts'
import type { EnrolledControl } from '../store/controls.ts'
import { createWriter, type Writer } from '../store/writer.ts'
import { openLinks } from './open-links.ts'
import type { Stores } from './stores.ts'
import type { World } from './world.ts'

export interface CoreDeps {
  readonly config: RelayConfig
  readonly keys: Keys
  readonly stores: Stores
  readonly capture: CaptureQuestions & { readonly tail: OpenTail }
  readonly world: World
  readonly edges: Edges
  readonly log: Logger
  readonly signal: AbortSignal
  /** True for a control that is told nothing yet, for what it knows of this relay up to an epoch. */
  readonly meets?: (control: ControlId, known: number) => boolean
  /** Present when this box has a standby, or is one [S8]. */
  readonly pair?: ActingBox
}

/** One of two boxes, while it acts. */
export interface ActingBox {
  /** The term of its lease. */
  readonly term: number
  /** It knows every miner that the other box told of. */
  readonly isWhole: boolean
  /** Hears what controls say of the lease. */
  readonly told: Told
  /** Hears that a control took this box away from its relay. */
  readonly removed: (enrolled: EnrolledControl) => void
  /** Ends its links: later than all else, so that they still tell how it ended. */
  readonly linksUntil: AbortSignal
}

export type Told = (control: ControlId, message: Extract<DownMessage, { type: 'lease' | 'page' }>) => void

/** The parts of a fleet core, joined. Nothing moves before `run`. */
export interface Core {
  readonly fleet: Fleet
  readonly schedule: Schedule
  readonly poller: Poller
  readonly discovery: Discovery
  readonly conversations: Conversations
  readonly guard: Guard
  readonly links: Links
  readonly changes: ChangeLog
  readonly acknowledgements: Acknowledgements
  readonly writer: Writer
  readonly history: OpenHistory
  /** Events that some control does not have yet. */
  readonly eventsWaiting: () => number
  /** Logins of miners were changed on disk. */
  readonly reloadCredentials: () => void
  readonly isConfigured: (address: string) => boolean
}

/** So long after a command a miner is polled like a watched one: what it did shows. */
const afterCommandMs = 120_000

export function createCore(deps: CoreDeps): Core {
  const { config, stores, signal, world } = deps
  const history = openHistory(deps, { tables: () => fleet.tables.cohorts(), newEpoch: () => newEpoch() })
  beginEpoch(deps, history.last()?.epoch ?? 0)
  const schedule = openSchedule(deps)
  const conversations = createConversations()
  const io = openMiners(deps)
  /** Polled is who has an address that is in a range [X3]. */
  const follow = (info: MinerInfo, wasRead: boolean) =>
    io.isConfigured(info.address) ? schedule.put(info, world.monotonic(), wasRead) : schedule.remove(info.id)
  const fleet: Fleet = createFleet({
    inventory: openInventory(deps),
    tables: createLiveTables(stores.live.load()),
    onPlaced: follow,
    onReading: (info, reading) => links.onReading(info, reading),
  })
  for (const info of fleet.inventory.all()) follow(info, false)
  const writer = openWriter(deps)
  const changes = createChangeLog(stores, {
    write: writer.write,
    inventory: fleet.inventory,
    now: world.now,
    onEvents: () => links.tick(),
  })
  const acknowledgements = createAcknowledgements({ ...stores, write: writer.write })
  const guard = openGuard(deps, { fleet, conversations, io, changes, schedule, writer })
  const readNow = (id: MinerId) => readAnswering(id, { fleet, io, poller })
  const links = openLinks(deps, { fleet, schedule, guard, acknowledgements, writer, history, readNow })
  const newEpoch = () => {
    if (writer.write(() => stores.journal.beginEpoch(0, world.random))) links.redial()
  }
  const discovery = openDiscovery(deps, { fleet, conversations, io, changes, schedule })
  const poller = createPoller({
    fleet,
    conversations,
    schedule,
    pollsAtOnce: config.pollsAtOnce,
    monotonic: world.monotonic,
    read: io.read,
    onStranger: discovery.stranger,
    onSilence: discovery.seek,
    signal,
  })
  signal.addEventListener('abort', conversations.stop)
  return {
    fleet,
    schedule,
    poller,
    discovery,
    conversations,
    guard,
    links,
    acknowledgements,
    writer,
    history,
    eventsWaiting: stores.journal.count,
    reloadCredentials: io.reloadCredentials,
    isConfigured: io.isConfigured,
    changes,
  }
}

/** Above what was written. One of two boxes began its epoch when it was given the lease. */
function beginEpoch({ pair, stores: { journal }, world }: CoreDeps, written: number): void {
  if (pair && journal.epoch() > written) return
  journal.beginEpoch(Math.max(world.now(), written), world.random)
}

/** Those that answered when they were last asked: others would only be waited for. */
async function readAnswering(id: MinerId, of: { fleet: Fleet; io: Miners; poller: Poller }): Promise<Reading | null> {
  const info = of.fleet.inventory.get(id)
  if (!info || !of.io.isConfigured(info.address) || !isPolled(of.fleet, info.address)) return null
  const result = await of.poller.readNow(info)
  return result.kind === 'read' ? result.found.reading : null
}

const openInventory = ({ stores, world }: CoreDeps): Inventory =>
  createInventory({ miners: stores.inventory.miners(), cohorts: stores.inventory.cohorts() }, () =>
    newId('miner', world.randomBytes),
  )

const openWriter = ({ stores, log }: CoreDeps): Writer =>
  createWriter({
    db: stores.db,
    mark: stores.journal.mark,
    changed: (disk, text) => log[disk === 'ok' ? 'info' : 'error'](text),
  })

function openSchedule({ config, world }: CoreDeps): Schedule {
  return createSchedule({
    everyMs: config.pollEveryMs,
    random: world.random,
    pollsPerSubnet: config.pollsPerSubnet,
    familyOf: driver => ({
      floorMs: pollFloorMsOf(driver),
      atOnce: config.pollsPerDriver[driver] ?? config.pollsAtOnce,
    }),
  })
}

interface Parts {
  readonly fleet: Fleet
  readonly conversations: Conversations
  readonly io: Miners
  readonly changes: ChangeLog
  readonly schedule: Schedule
}

interface Miners extends MinerIo {
  /** Whether an address is in a range: no other is ever contacted [X3]. */
  readonly isConfigured: (address: string) => boolean
  readonly reloadCredentials: () => void
}

function openMiners({ config, stores, log, edges, world }: CoreDeps): Miners {
  const ports = new Map([...targetsOf(config.ranges)].map(target => [target.address, target.ports]))
  let credentials = stores.credentials.all()
  const io = edges.miners({
    portsOf: address => ports.get(address) ?? {},
    credentials: () => credentials,
    deadlineMs: config.perMinerDeadlineMs,
    now: world.now,
    onBug: (address, error) => log.error({ address, err: error }, 'a driver fell over what this machine said'),
  })
  return {
    ...io,
    isConfigured: address => ports.has(address),
    reloadCredentials: () => {
      credentials = stores.credentials.all()
    },
  }
}

function openGuard({ stores, signal, edges, world }: CoreDeps, parts: Parts & { readonly writer: Writer }): Guard {
  const { fleet, io, changes, schedule, conversations } = parts
  return createGuard({
    store: stores.commands,
    write: parts.writer.write,
    conversations,
    allowed: control => allowedBy(edges.readPolicy(), control),
    miner: order => fleet.inventory.get(order.miner),
    isConfigured: io.isConfigured,
    perform: (info, order) => io.perform(info, order, signal),
    commit: result => {
      changes.result(result)
      schedule.hurry(result.miner, world.monotonic(), afterCommandMs)
    },
    repeat: changes.repeat,
    now: world.now,
    monotonic: world.monotonic,
    sleep: ms => world.sleep(ms, new AbortController().signal),
  })
}

function openDiscovery({ config, log, signal, edges, world }: CoreDeps, parts: Parts): Discovery {
  const { fleet, conversations, io, changes, schedule } = parts
  return createDiscovery({
    fleet,
    conversations,
    targets: [...targetsOf(config.ranges)],
    limits: config,
    scanEveryMs: config.scanEveryMs,
    clock: { now: world.monotonic, sleep: world.sleep },
    probe: edges.probe,
    identify: io.identify,
    read: io.read,
    note: changes.note,
    onFound: (id, wasRead) => schedule[wasRead ? 'wasRead' : 'hurry'](id, world.monotonic()),
    now: world.now,
    signal,
    onScan: (coverage, tookMs) => log.info({ coverage, tookMs: Math.round(tookMs) }, 'scanned'),
  })
}
