import { randomFillSync } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { newId, paths, type Command, type CommandId, type MinerId } from '@headframe/protocol'
import { startBox, type Box } from '../harness/box.ts'
import { setUp, type SignedIn } from '../harness/control-api.ts'
import { openDashboard } from '../harness/dashboard-client.ts'
import { isAlive, recordedProcesses, scratchFolder } from '../harness/processes.ts'
import { writeConfig } from '../harness/relay.ts'
import { actorRows } from '../harness/rows.ts'
import { createChance, type Chance } from '../simulation/world/chance.ts'
import { lookAtDisk, type Losses } from './losses.ts'
import { bootsOf, startMiners } from './miners.ts'

export interface CampaignSpec {
  readonly kills: number
  readonly miners: number
  readonly seed: number
  readonly say: (line: string) => void
}

export interface CampaignReport {
  readonly kills: Readonly<Record<Victim, number>>
  readonly commands: number
  readonly outcomes: Readonly<Record<string, number>>
  /** Everything that was durable and is not there, or is there twice: empty lists. */
  readonly losses: Losses
}

const victims = ['fleet core', 'control', 'workerd'] as const
type Victim = (typeof victims)[number]

/**
 * A real box with simulated miners: its fleet core, control front and workerd are killed with -9 at random moments
 * while commands are asked, and afterwards both sides' disks and the miners themselves are compared.
 */
export async function runCampaign(spec: CampaignSpec): Promise<CampaignReport> {
  const { say, miners } = spec
  using scratch = scratchFolder()
  const dataDir = join(scratch.path, 'data')
  await using site = await startMiners(miners)
  writeConfig(dataDir, { ranges: [site.range], pollEveryMs: 30_000, probesPerSecond: 2000, healthPort: null })
  await using box = await startBox({ dataDir })
  const person = await setUp(box.url, box.setupCode ?? '')
  const known = await untilFound(person, miners, say)
  const before = await bootsOf(site)
  const chance = createChance(spec.seed)
  const asking = startAsking(person, known, chance.of('commands'))
  const kills = await killAtRandom(box, { ...spec, chance: chance.of('kills') })
  const asked = await asking.stop()
  say(`${asked.size} commands asked; waiting for the results of all`)
  await untilEnded(dataDir, asked)
  await sleep(settleMs)
  const boots = await bootsOf(site)
  if ((await box.stop()) !== 0) throw new Error(`the box did not end in order: ${box.program.said()}`)
  return { kills, commands: asked.size, ...lookAtDisk({ dataDir, asked, boots: { before, after: boots }, miners }) }
}

/** What was told last reaches control. */
const settleMs = 10_000
const endWithinMs = 300_000

async function untilFound(person: SignedIn, miners: number, say: (line: string) => void): Promise<MinerId[]> {
  using view = await openDashboard(person.api, person.site)
  await view.until(`${miners} miners found`, () => view.miners.size === miners, 300_000)
  say(`${miners} miners found`)
  return [...view.miners.values()].flatMap(({ info }) => (info.driver === 'bitaxe' ? [] : [info.id]))
}

interface Asking {
  /** Ids that control took, each with what was asked. */
  readonly stop: () => Promise<ReadonlyMap<CommandId, Asked>>
}

export interface Asked {
  readonly miner: MinerId
  readonly kind: Command['kind']
}

/** Asks for something four times a second. An answer that does not come is asked for again with the same id, as the API promises. */
function startAsking(person: SignedIn, miners: readonly MinerId[], chance: Chance): Asking {
  const ended = new AbortController()
  const asked = new Map<CommandId, Asked>()
  const run = async () => {
    for (let turn = 0; !ended.signal.aborted; turn += 1) {
      const id = newId('cmd', bytes => randomFillSync(bytes))
      const miner = chance.pick(miners)
      const command: Command = turn % 5 === 0 ? { kind: 'reboot' } : { kind: 'locate', on: chance.yes(0.5) }
      await post(person, { command, miners: [{ id, miner }], ttlMs: 600_000 })
      asked.set(id, { miner, kind: command.kind })
      await sleep(250)
    }
  }
  const running = run()
  return {
    stop: async () => {
      ended.abort()
      await running
      return asked
    },
  }
}

async function post({ api, site }: SignedIn, body: object): Promise<void> {
  for (;;) {
    const answer = await api.raw('POST', paths.commands(site), body).catch(() => null)
    if (answer && answer.status < 300) return
    if (answer && answer.status < 500) throw new Error(`refused: ${answer.status} ${JSON.stringify(answer.body)}`)
    await sleep(200)
  }
}

interface Killing extends CampaignSpec {
  readonly chance: Chance
}

async function killAtRandom(box: Box, { kills, chance, say }: Killing): Promise<Record<Victim, number>> {
  const done = { 'fleet core': 0, control: 0, workerd: 0 }
  for (let count = 1; count <= kills; count += 1) {
    const victim = chance.pick(victims)
    const pid = await untilRunning(box.dataDir, victim)
    await sleep(chance.real() * 1500)
    if (isAlive(pid)) process.kill(pid, 'SIGKILL')
    done[victim] += 1
    while (isAlive(pid)) await sleep(20)
    if (count % 20 === 0) say(`${count} of ${kills} kills`)
  }
  return done
}

/** The pid of a process of the box, once it has one that lives: the front is written down before its workerd. */
async function untilRunning(dataDir: string, victim: Victim): Promise<number> {
  for (;;) {
    const [front, workerd] = recordedProcesses(dataDir).filter(one => one.name === 'control')
    const core = recordedProcesses(dataDir).find(one => one.name === 'fleet core')
    const pid = { 'fleet core': core, control: front, workerd }[victim]?.pid
    if (pid !== undefined && isAlive(pid)) return pid
    await sleep(50)
  }
}

async function untilEnded(dataDir: string, asked: ReadonlyMap<CommandId, Asked>): Promise<void> {
  const deadline = performance.now() + endWithinMs
  for (;;) {
    const open = actorRows(dataDir, 'command').filter(row => row['endedAt'] === null).length
    if (open === 0 && actorRows(dataDir, 'command').length >= asked.size) return
    if (performance.now() > deadline) throw new Error(`${open} commands without a result after ${endWithinMs} ms`)
    await sleep(1000)
  }
}
