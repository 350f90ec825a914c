import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandId, MinerId, RelayStatus } from '@headframe/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { askCommand, resultOf } from '../harness/commands.ts'
import { startControlFront, type ControlFront } from '../harness/control-front.ts'
import { readInstallation, setUp, type SignedIn } from '../harness/control-api.ts'
import { layCable } from '../harness/cuttable.ts'
import { openDashboard, type DashboardClient } from '../harness/dashboard-client.ts'
import { enrolPair, untilHealth, type Pair, type PairBox } from '../harness/pair.ts'
import { freePort, root, run, scratchFolder } from '../harness/processes.ts'
import { startWatchedMiners, turnsOf, type WatchedMiners } from '../harness/watched-miners.ts'

/** Two boxes of one relay as processes, and miners that write down who asked them: never two that act [S4] [S8]. */

const shared = scratchFolder()
let front: ControlFront
let controlPort: number
let signedIn: SignedIn
let control: string

beforeAll(async () => {
  controlPort = await freePort()
  front = await startControlFront(join(shared.path, 'control'), controlPort)
  signedIn = await setUp(front.url, front.setupCode)
  control = (await readInstallation(front.url)).control
})
afterAll(async () => {
  await front[Symbol.asyncDispose]()
  shared[Symbol.dispose]()
})

interface Running extends AsyncDisposable {
  readonly pair: Pair
  readonly first: PairBox
  readonly second: PairBox
  readonly miners: WatchedMiners
  readonly view: DashboardClient
  readonly status: () => RelayStatus | undefined
}

/** The first box acts and has told of its miners; the second stands by, with a copy of them. */
async function running(net: number, standby: (box: number) => object = () => ({ lease: control })): Promise<Running> {
  const stack = new AsyncDisposableStack()
  const folder = stack.use(scratchFolder()).path
  const addresses = Array.from({ length: 6 }, (_, index) => `127.${net}.0.${index + 1}`)
  const miners = stack.use(await startWatchedMiners(addresses))
  const from = [`127.${net}.9.1`, `127.${net}.9.2`] as const
  const pair = stack.use(await enrolPair({ name: `Pair ${net}`, folder, signedIn, controlPort, miners, from, standby }))
  const [first, second] = pair.boxes
  const view = stack.use(await openDashboard(signedIn.api, signedIn.site))
  await first.start()
  await view.until('six miners', () => idsOf(view, pair).length === 6)
  await second.start()
  await untilHealth(second, told => told.miners['copied'] === 6 && !told.lease.acts && told.links[control] === 'up')
  const status = () => view.relays.get(pair.relay)
  return { pair, first, second, miners, view, status, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

const idsOf = (view: DashboardClient, { relay }: Pair): MinerId[] =>
  [...view.miners.values()]
    .filter(each => each.relay === relay)
    .map(({ info }) => info.id)
    .toSorted()

function minerAt({ view, pair }: Running, address: string): MinerId {
  const found = [...view.miners.values()].find(each => each.relay === pair.relay && each.info.address === address)
  if (!found) throw new Error(`no miner at ${address}`)
  return found.info.id
}

/** A reboot that was sent to its miner, and does not end: the miner does not come back. */
async function unansweredReboot(at: Running, address: string): Promise<CommandId> {
  const { miners } = at
  miners.hangs = true
  const id = await askCommand({ ...signedIn, miner: minerAt(at, address), command: { kind: 'reboot' } })
  await miners.until('the restart', () => miners.restarts.get(address) === 1)
  return id
}

const asksFrom = (miners: WatchedMiners, { address }: PairBox, after: number) =>
  miners.asked.some(({ from, at }) => from === address && at > after)

/** Waits until a box asks miners. */
const untilActs = (at: Running, box: PairBox, since: number): Promise<void> =>
  at.miners.until(`${box.name} acts`, () => asksFrom(at.miners, box, since))

const speaks = (status: RelayStatus | undefined) => status?.boxes.map(box => (box.speaks ? 'speaks' : box.linked))

test.concurrent('[S4] [S8] [C2] a box that is killed is replaced: its miners stay the same, what it left unanswered is unknown, nothing runs twice', async () => {
  await using at = await running(61)
  const { first, second, miners, view, pair } = at
  const before = idsOf(view, pair)
  const [hung, other] = miners.addresses
  const unanswered = await unansweredReboot(at, hung!)
  const killedAt = performance.now()
  await first.program.end('SIGKILL')
  const queued = await askCommand({ ...signedIn, miner: minerAt(at, other!), command: { kind: 'reboot' } })
  await untilActs(at, second, killedAt)
  expect(await resultOf(view, unanswered)).toMatchObject({ state: 'unknown', outcome: { code: 'interrupted' } })
  miners.hangs = false
  expect(await resultOf(view, queued)).toMatchObject({ state: 'done' })
  await view.until('the second box speaks', () => speaks(at.status())?.[1] === 'speaks')
  expect([...miners.restarts]).toEqual([
    [hung, 1],
    [other, 1],
  ])
  expect(idsOf(view, pair)).toEqual(before)
  expect(turnsOf(miners.asked)).toEqual([first.address, second.address])
})

test.concurrent('[S4] [S8] a box that is frozen for 30 s finds its lease over before it does anything, and stands by', async () => {
  await using at = await running(62)
  const { first, second, miners, view } = at
  const hung = miners.addresses[0]!
  const unanswered = await unansweredReboot(at, hung)
  const frozenAt = performance.now()
  first.program.process.kill('SIGSTOP')
  await untilActs(at, second, frozenAt)
  expect(await resultOf(view, unanswered)).toMatchObject({ state: 'unknown' })
  await sleep(frozenAt + 30_000 - performance.now())
  const thawedAt = performance.now()
  first.program.process.kill('SIGCONT')
  await view.until('the first box stands by', () => speaks(at.status())?.[0] === true)
  const wokenAt = performance.now()
  await miners.until('the second box goes on', () => asksFrom(miners, second, wokenAt + 6000))
  // One thread stands before one system call at most: that it was allowed before the freeze nobody can take back.
  const allowedBefore = miners.asked.filter(({ from, at: askedAt }) => from === first.address && askedAt > thawedAt)
  expect(allowedBefore.length).toBeLessThanOrEqual(1)
  const asked = () => miners.asked.filter(each => !allowedBefore.includes(each))
  expect(turnsOf(asked())).toEqual([first.address, second.address])
  expect([...miners.restarts]).toEqual([[hung, 1]])
  const { lease } = await untilHealth(second, told => told.lease.acts)
  expect(await untilHealth(first, () => true)).toMatchObject({ lease: { acts: false, known: lease.term } })

  const killedAt = performance.now()
  await second.program.end('SIGKILL')
  await untilActs(at, first, killedAt)
  expect(turnsOf(asked())).toEqual([first.address, second.address, first.address])
})

test.concurrent('[S4] [S8] a box that is cut off from the control that gives the lease stops, and the other takes over', async () => {
  await using at = await running(63)
  const { first, second, miners, view, pair } = at
  const before = idsOf(view, pair)
  const cutAt = performance.now()
  first.cable.cut()
  await untilActs(at, second, cutAt)
  expect(await untilHealth(first, told => !told.lease.acts)).toMatchObject({ lease: { term: null } })
  first.cable.mend()
  await view.until('the first box stands by', () => speaks(at.status())?.[0] === true)
  expect(speaks(at.status())).toEqual([true, 'speaks'])
  expect(idsOf(view, pair)).toEqual(before)

  const stoppedAt = performance.now()
  await second.program.end('SIGTERM')
  await untilActs(at, first, stoppedAt)
  expect(turnsOf(miners.asked)).toEqual([first.address, second.address, first.address])
})

test.concurrent('[S4] [S8] with a witness: cut from control nothing changes, cut from the witness the other takes over, without a witness a person does', async () => {
  using folder = scratchFolder()
  const port = await freePort()
  const witness = () => {
    const words = ['witness', '--listen', `127.0.0.1:${port}`, '--data', join(folder.path, 'witness')]
    return run({ words: [join(root, 'apps/site-relay/src/headframe.ts'), ...words] })
  }
  let giver = witness()
  await giver.until(/The witness listens/)
  await using cables = new AsyncDisposableStack()
  const wires = [cables.use(await layCable(port)), cables.use(await layCable(port))]
  cables.defer(async () => void (await giver.end()))
  const secretFile = join(folder.path, 'witness/secret')
  const lease = (box: number) => `http://127.0.0.1:${wires[box]!.port}`
  await using at = await running(64, box => ({ lease: lease(box), secretFile }))
  const { first, second, miners, view } = at

  first.cable.cut()
  await view.until('the first box is silent', () => at.status()?.silentSince !== null)
  const silentAt = performance.now()
  await miners.until('the first box goes on', () => asksFrom(miners, first, silentAt + 9000))
  first.cable.mend()
  await view.until('the first box speaks', () => speaks(at.status())?.[0] === 'speaks')

  const cutAt = performance.now()
  wires[0]!.cut()
  await untilActs(at, second, cutAt)
  expect(turnsOf(miners.asked)).toEqual([first.address, second.address])
  wires[0]!.mend()
  const { lease: others } = await untilHealth(second, told => told.lease.acts)
  await untilHealth(first, told => told.lease.known === others.term)

  await giver.end()
  await untilHealth(second, told => !told.lease.acts)
  await second.program.end('SIGKILL')
  const decidedAt = performance.now()
  const words = ['takeover', '--data', first.dataDir]
  const takeover = (...more: string[]) =>
    run({ words: [join(root, 'apps/site-relay/src/headframe.ts'), ...words, ...more] })
  expect((await takeover().ended).code).toBe(1)
  expect((await takeover('--yes-the-other-is-off').ended).code).toBe(0)
  await untilActs(at, first, decidedAt)
  const { lease: own } = await untilHealth(first, told => told.lease.acts)
  expect([own.byPerson, own.term! > others.term!]).toEqual([true, true])
  giver = witness()
  await untilHealth(first, told => !told.lease.byPerson)
  expect(await untilHealth(first, () => true)).toMatchObject({ lease: { acts: true, term: own.term } })
  expect(turnsOf(miners.asked)).toEqual([first.address, second.address, first.address])
})
