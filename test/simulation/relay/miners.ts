import type { CommandId, CommandOrder, MinerInfo, Outcome, Reading } from '@headframe/protocol'
import type { Edges } from '../../../apps/site-relay/src/core/edges.ts'
import type { World } from '../../../apps/site-relay/src/core/world.ts'
import { aFound, aHashboard, aReading } from '../../../apps/site-relay/src/fleet/builders.ts'
import type { Chance } from '../world/chance.ts'

/** A machine on the miners' network. */
interface SimMiner {
  readonly mac: string
  /** '' while it is nowhere. */
  address: string
  power: boolean
  chipTempC: number
  startedAt: number
  hostname: string
  faultLight: boolean
}

/** The miners of a site, and what was ever done to them. Outlives every relay. */
export interface Park {
  readonly miners: readonly SimMiner[]
  /** The edges of one box in one of its lives. */
  readonly edges: (life: Life) => Pick<Edges, 'miners' | 'probe'>
  /** How often a command was begun at a miner, and how often it did something there [C2]. */
  readonly begun: ReadonlyMap<CommandId, number>
  readonly acted: ReadonlyMap<CommandId, number>
  /** Whether a machine is there, and answers, with this MAC. */
  readonly isWell: (address: string, mac: string | null) => boolean
  /** Until when machines answer nothing, in true time. */
  readonly mute: (address: string, untilMs: number) => void
}

export interface Life {
  readonly world: World
  readonly box: string
  /** In this life, the conversations that are open by address [C3]. */
  readonly talking: Set<string>
  /** The term under which it acts now: 0 for a relay without a standby, null while it may not. */
  readonly term: () => number | null
}

export interface ParkDeps {
  readonly chance: Chance
  /** True time. */
  readonly now: () => number
  readonly violated: (rule: string, text: string) => void
  /** Until when a command may begin, in true time. */
  readonly lastMoment: (id: CommandId) => number
  /** Nobody can know that it was begun. */
  readonly isForgotten: (id: CommandId) => boolean
  /** Whether the disk of a box says that it began a command. */
  readonly isJournaled: (id: CommandId, box: string) => boolean
}

type MinerIo = ReturnType<Edges['miners']>

export const addressOf = (n: number) => `10.0.0.${n}`

export function createPark(count: number, deps: ParkDeps): Park {
  const { chance, now, violated, lastMoment, isForgotten, isJournaled } = deps
  const miners = Array.from({ length: count }, (_, index) => minerAt(index + 1, chance))
  const begun = new Map<CommandId, number>()
  const acted = new Map<CommandId, number>()
  const muted = new Map<string, number>()
  const tally = (map: Map<CommandId, number>, id: CommandId) => map.set(id, (map.get(id) ?? 0) + 1)
  const at = (address: string) => {
    const miner = miners.find(each => each.address === address && each.power)
    return miner && (muted.get(address) ?? 0) <= now() ? miner : null
  }

  const terms = new Map<string, number>()
  /** Something leaves a box for a machine [S4] [S8]. */
  function send({ box, term }: Life): void {
    const under = term()
    if (under === null) return violated('S8', `${box} asks a miner without a lease`)
    const later = [...terms].find(([other, its]) => other !== box && its >= under)
    if (later) violated('S8', `${box} acts under term ${under}, after ${later[0]} did under ${later[1]}`)
    terms.set(box, under)
  }

  /** One conversation with one machine. */
  async function talk<T>({ box, talking }: Life, address: string, run: () => Promise<T>): Promise<T> {
    if (talking.has(address)) violated('C3', `${box} has two conversations with ${address}`)
    talking.add(address)
    try {
      return await run()
    } finally {
      talking.delete(address)
    }
  }

  async function hear({ life, maySend, signal }: Asking, address: string): Promise<SimMiner | 'aborted' | null> {
    if (!maySend()) return 'aborted'
    send(life)
    await life.world.sleep(chance.between(20, chance.pick([200, 3000])), signal)
    if (signal.aborted) return 'aborted'
    const miner = at(address)
    if (miner) return miner
    await life.world.sleep(5000, signal)
    return signal.aborted ? 'aborted' : null
  }

  async function perform({ life, maySend, signal }: Asking, info: MinerInfo, order: CommandOrder): Promise<Outcome> {
    tally(begun, order.id)
    if (!isJournaled(order.id, life.box)) violated('C1', `${order.id} is begun, and ${life.box} did not journal that`)
    if ((begun.get(order.id) ?? 0) > 1 && !isForgotten(order.id))
      violated('C2', `${order.id} was begun a second time, by ${life.box}`)
    if (now() > lastMoment(order.id)) violated('C1', `${order.id} was begun after its time to live`)
    await life.world.sleep(chance.between(10, 1500), signal)
    if (signal.aborted || !maySend()) return outcome('unknown', 'interrupted')
    send(life)
    const miner = at(info.address)
    if (!miner) return outcome('unknown', 'timeout')
    tally(acted, order.id)
    act(miner, order, now())
    await life.world.sleep(chance.between(10, 6000), signal)
    return at(info.address) === miner && !signal.aborted ? outcome('done', null) : outcome('unknown', 'timeout')
  }

  return {
    miners,
    begun,
    acted,
    isWell: (address, mac) => at(address)?.mac === mac,
    mute: (address, untilMs) => muted.set(address, untilMs),
    edges: life => ({
      probe: async ({ address }, signal) => {
        send(life)
        await life.world.sleep(at(address) ? 5 : 1500, signal)
        return at(address) ? 'open' : 'silent'
      },
      miners: deps => minerIo(life, deps, { talk, hear, perform }),
    }),
  }
}

interface Asking {
  readonly life: Life
  readonly signal: AbortSignal
  /** Asked before anything leaves. */
  readonly maySend: () => boolean
}

interface Doing {
  readonly talk: <T>(life: Life, address: string, run: () => Promise<T>) => Promise<T>
  readonly hear: (asking: Asking, address: string) => Promise<SimMiner | 'aborted' | null>
  readonly perform: (asking: Asking, info: MinerInfo, order: CommandOrder) => Promise<Outcome>
}

type IoDeps = Parameters<Edges['miners']>[0]

function minerIo(life: Life, { now, maySend = () => true }: IoDeps, { talk, hear, perform }: Doing): MinerIo {
  return {
    read: (info, signal) =>
      talk(life, info.address, async () => {
        const heard = await hear({ life, maySend, signal }, info.address)
        if (heard === 'aborted') return { kind: 'failed', code: 'aborted' }
        if (heard === null) return { kind: 'failed', code: 'timeout' }
        return { kind: 'read', found: { ...foundOf(heard, info.address), reading: readingOf(heard, now()) } }
      }),
    identify: ({ address }, signal) =>
      talk(life, address, async () => {
        const heard = await hear({ life, maySend, signal }, address)
        if (heard === 'aborted') return { kind: 'shortage' }
        if (heard === null) return { kind: 'unknown' }
        return { kind: 'miner', found: { ...foundOf(heard, address), reading: readingOf(heard, now()) } }
      }),
    perform: (info, order, signal) => talk(life, info.address, () => perform({ life, maySend, signal }, info, order)),
  }
}

function act(miner: SimMiner, { command }: CommandOrder, now: number): void {
  if (command.kind === 'reboot') miner.startedAt = now
  if (command.kind === 'locate') miner.faultLight = command.on
}

const outcome = (kind: 'done' | 'unknown', code: 'timeout' | 'interrupted' | null): Outcome => ({
  kind,
  code,
  text: kind,
  observed: {},
})

const minerAt = (n: number, chance: Chance): SimMiner => ({
  mac: `30:AE:A4:00:00:${n.toString(16).padStart(2, '0').toUpperCase()}`,
  address: addressOf(n),
  power: true,
  chipTempC: chance.between(40, 80),
  startedAt: -chance.between(0, 86_400_000),
  hostname: `axe-${n}`,
  faultLight: false,
})

const foundOf = ({ mac }: SimMiner, address: string) => aFound({ address, mac, commands: ['reboot', 'locate'] })

function readingOf(miner: SimMiner, now: number): Reading {
  return aReading({
    at: Math.max(0, Math.floor(now)),
    mac: miner.mac,
    hostname: miner.hostname,
    faultLight: miner.faultLight,
    uptimeS: 86_400,
    hashboards: [aHashboard({ chipTempC: miner.chipTempC })],
  })
}
