import { commandId, type CommandId, type CommandOrder, type CommandResult, type Outcome } from '@headframe/protocol'
import { createGuard, type Guard, type GuardDeps } from '../../../apps/site-relay/src/command/guard.ts'
import { anInfo, idOf } from '../../../apps/site-relay/src/fleet/builders.ts'
import { anOrder, controlOf } from '../../../apps/site-relay/src/store/builders.ts'
import { createCommandStore, type CommandStore } from '../../../apps/site-relay/src/store/commands.ts'
import { prepareStore } from '../../../apps/site-relay/src/store/open.ts'
import { noFaults } from '../site.ts'
import { Disk } from '../world/disk.ts'

type Violated = (rule: string, text: string) => void

const done: Outcome = { kind: 'done', code: null, text: 'done', observed: {} }
const idOfCommand = (n: number) => commandId.parse(`cmd_${String(n).padStart(12, '0')}`)
const orderOf = (n: number, over: Partial<CommandOrder> = {}) => anOrder({ id: idOfCommand(n), ...over })

/** A guard with a miner that answers when it is told to, and a disk that can refuse. */
function guarded(store: CommandStore) {
  const at = { now: 1000, isFull: false, acts: Promise.resolve() }
  const begun: CommandId[] = []
  const told: string[] = []
  const say = ({ id, outcome }: CommandResult) => `${id} ${outcome.kind} ${outcome.code}`
  const deps: GuardDeps = {
    store,
    write: write => {
      if (!at.isFull) write()
      return !at.isFull
    },
    conversations: {
      command: async (_address, run) => {
        await at.acts
        return run()
      },
    },
    allowed: () => ['locate'],
    miner: ({ miner }) => (miner === idOf(1) ? anInfo() : null),
    isConfigured: () => true,
    perform: async (_info, { id }) => {
      begun.push(id)
      return done
    },
    commit: result => {
      store.end(result)
      told.push(say(result))
    },
    repeat: result => void told.push(`again ${say(result)}`),
    now: () => at.now,
    monotonic: () => at.now,
    sleep: () => new Promise(() => {}),
  }
  const guard = createGuard(deps)
  const take = async (order: CommandOrder, control = 1) => {
    const from = told.length
    await guard.take(controlOf(control), order, {
      accepted: () => void told.push(`accepted ${order.id}`),
      declined: result => void told.push(`declined ${say(result)}`),
    })
    return told.slice(from).join().replaceAll(`${order.id} `, '').replaceAll(` ${order.id}`, '')
  }
  return { guard, at, begun, told, take }
}

/** What a relay answers to each command that it can be sent [C1] [C2] [C4] [X6]. */
export async function tryGuard(violated: Violated): Promise<void> {
  const disk = new Disk(null, noFaults)
  prepareStore(disk, 'guard')
  const store = createCommandStore(disk)
  const { guard, at, begun, take } = guarded(store)
  const expect = (what: string, is: string, should: string) => {
    if (is !== should) violated('C1', `${what}: '${is}' instead of '${should}'`)
  }
  expect('a command', await take(orderOf(1)), 'accepted,done null')
  expect('the same again', await take(orderOf(1)), 'again done null')
  expect('the same of another control', await take(orderOf(1), 2), '')
  expect('one that the policy forbids', await take(orderOf(2, { command: { kind: 'reboot' } })), 'refused policy')
  expect('one that was sent before a restore', await take(orderOf(3, { again: true })), 'unknown interrupted')
  expect('one without a life', await take(orderOf(4, { ttlMs: 0 })), 'expired expired')
  expect('one of no miner', await take(orderOf(5, { miner: idOf(2) })), 'accepted,refused no-such-miner')
  at.isFull = true
  expect('one on a full disk', await take(orderOf(6)), 'declined refused disk-full')
  at.isFull = false
  await waits({ guard, at, take }, expect)
  if (begun.join() !== [1, 8].map(idOfCommand).join()) violated('C2', `begun were ${begun.join()}`)
  forgets(store, violated)
  await hasAnEnd(violated)
}

interface Waiting {
  readonly guard: Guard
  readonly at: { now: number; acts: Promise<void> }
  readonly take: (order: CommandOrder) => Promise<string>
}

/** Commands before it took their time. */
async function waits({ guard, at, take }: Waiting, expect: (what: string, is: string, should: string) => void) {
  const { promise, resolve } = Promise.withResolvers<void>()
  at.acts = promise
  const both = [take(orderOf(7, { ttlMs: 5000 })), take(orderOf(8, { ttlMs: 5001 }))]
  expect('under way', `${guard.underWay()}`, '2')
  let isSettled = false
  const settle = async () => {
    await guard.settled(1000)
    isSettled = true
  }
  const settled = settle()
  await new Promise<void>(resolve => void setImmediate(resolve))
  expect('settled', `${isSettled}`, 'false')
  at.now += 5000
  resolve()
  await Promise.all([...both, settled])
  expect('one that waited too long', await take(orderOf(7)), 'again expired expired')
  expect('one that just did not', await take(orderOf(8)), 'again done null')
  expect('after all', `${guard.underWay()}`, '0')
}

/** What is forgotten had its result, and is old. */
function forgets(store: CommandStore, violated: Violated): void {
  for (const n of [101, 102, 103]) store.add(controlOf(1), orderOf(n), n)
  for (const n of [101, 103])
    store.end({ id: idOfCommand(n), miner: idOf(1), outcome: done, startedAt: null, endedAt: n })
  store.forget(103)
  const kept = [101, 102, 103].filter(n => store.find(idOfCommand(n)) !== null).join()
  if (kept !== '102,103') violated('C1', `commands ${kept} are kept`)
}

/** A control that floods a relay fills no memory [S7]. */
async function hasAnEnd(violated: Violated): Promise<void> {
  const { at, guard, told, take } = guarded(forgetful)
  const { promise, resolve } = Promise.withResolvers<void>()
  at.acts = promise
  let taken = 0
  const accepted = () => {
    taken += 1
  }
  const most = Array.from({ length: 2000 }, (_, index) =>
    guard.take(controlOf(1), orderOf(index), { accepted, declined: () => {} }),
  )
  if (taken !== 2000 || told.length > 0) violated('S7', `a relay takes ${taken} commands of 2,000 at once`)
  const more = await take(orderOf(2000))
  if (!more.endsWith('refused relay-full')) violated('S7', `one more than 2,000 commands at once is ${more}`)
  resolve()
  await Promise.all(most)
}

/** A journal that keeps nothing: here it is only how many there are. */
const forgetful: CommandStore = {
  find: () => null,
  add: () => {},
  begin: () => {},
  end: () => {},
  open: () => [],
  neverBegun: () => 0,
  results: () => [],
  forget: () => {},
}
