import type { CommandKind, CommandOrder, CommandResult, ControlId, MinerInfo, Outcome } from '@headframe/protocol'
import type { CommandStore } from '../store/commands.ts'
import type { Conversations } from '../fleet/conversation.ts'
import { expired, forgotten, interrupted, refused, unwritten } from './outcomes.ts'

/** Takes commands from controls, and answers for each with one result [C1]. */
export interface Guard {
  readonly take: (control: ControlId, order: CommandOrder, reply: Reply) => Promise<void>
  /**
   * After a start: what has no result gets one, and is never run again. The journal may be an older copy, restored: that
   * something was not begun in it says nothing of whether it was begun since [C2].
   */
  readonly recover: () => void
  /** Commands that were accepted and have no result yet. */
  readonly underWay: () => number
  /** Waits until all have their results, no longer than `ms`. */
  readonly settled: (ms: number) => Promise<void>
}

/** What a control is told at once; the result of a command that was written down follows as an event. */
export interface Reply {
  /** The command is on disk and will be carried out. */
  readonly accepted: () => void
  /** It was not written down, nor begun: this result is on no disk of ours [C1]. */
  readonly declined: (result: CommandResult) => void
}

export interface GuardDeps {
  readonly store: CommandStore
  /** Runs it as one transaction; false when the disk took nothing of it. */
  readonly write: (write: () => void) => boolean
  readonly conversations: Pick<Conversations, 'command'>
  /** What the policy file lets a control ask for, read now [C4]. */
  readonly allowed: (control: ControlId) => readonly CommandKind[]
  readonly miner: (order: CommandOrder) => MinerInfo | null
  /** Whether an address may be contacted [X3]; '' may not. */
  readonly isConfigured: (address: string) => boolean
  readonly perform: (info: MinerInfo, order: CommandOrder) => Promise<Outcome>
  /** Journals the result and its event, both or none. */
  readonly commit: (result: CommandResult) => void
  /** A control asked again for a command that has its result: tells it again. */
  readonly repeat: (result: CommandResult) => void
  /** Epoch ms. */
  readonly now: () => number
  /** Monotonic ms: a step of the wall clock neither lengthens nor shortens a life. */
  readonly monotonic: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/** More than this at once, and new ones are refused: a control that floods us fills no memory. */
const mostUnderWay = 2000

/** Of what the policy forbids a control so many results are stored, about 1 MB: one that may do nothing fills no disk. */
const mostForbidden = 1000

export function createGuard(deps: GuardDeps): Guard {
  const running = new Map<string, Promise<void>>()
  const forbidden = new Map<ControlId, number>()

  /** Counted once for each control: SQLite reads every command for it. */
  function isFlood(control: ControlId): boolean {
    const count = forbidden.get(control) ?? deps.store.neverBegun(control)
    forbidden.set(control, count + 1)
    return count >= mostForbidden
  }

  function end(order: CommandOrder, outcome: Outcome, startedAt: number | null): void {
    deps.commit(resultOf(order, outcome, startedAt))
  }

  function resultOf(order: CommandOrder, outcome: Outcome, startedAt: number | null): CommandResult {
    return { id: order.id, miner: order.miner, outcome, startedAt, endedAt: deps.now() }
  }

  async function run(order: CommandOrder, deadline: number): Promise<void> {
    const info = deps.miner(order)
    if (!info || !deps.isConfigured(info.address)) return end(order, lostMiner(info), null)
    await deps.conversations.command(info.address, async () => {
      // Commands before this one took their time.
      if (deps.monotonic() >= deadline) return end(order, expired, null)
      const startedAt = deps.now()
      if (!deps.write(() => deps.store.begin(order.id, startedAt))) return end(order, unwritten, null)
      end(order, await deps.perform(info, order), startedAt)
    })
  }

  return {
    take: async (control, order, { accepted, declined }) => {
      const deadline = deps.monotonic() + order.ttlMs
      const known = deps.store.find(order.id)
      if (known) return answerRepeat({ known, control, accepted, repeat: deps.repeat })
      const isAllowed = deps.allowed(control).includes(order.command.kind)
      if (!isAllowed && isFlood(control))
        return declined(resultOf(order, order.again ? forgotten : denied(order), null))
      const written = deps.write(() => deps.store.add(control, order, deps.now()))
      if (!written) return declined(resultOf(order, unwritten, null))
      // Written down and forgotten is what a database restored from a backup looks like [C2].
      if (order.again) return end(order, forgotten, null)
      const refusal = isAllowed ? refusalOf(order, running.size) : denied(order)
      if (refusal) return end(order, refusal, null)
      accepted()
      const ended = run(order, deadline)
      running.set(order.id, ended)
      try {
        await ended
      } finally {
        running.delete(order.id)
      }
    },
    recover: () => {
      for (const { order, begunAt } of deps.store.open()) {
        if (!running.has(order.id)) end(order, interrupted, begunAt)
      }
    },
    underWay: () => running.size,
    settled: async ms => {
      const ended = Promise.allSettled(running.values())
      await Promise.race([ended, deps.sleep(ms)])
    },
  }
}

const denied = ({ command }: CommandOrder): Outcome =>
  refused('policy', `The policy file of the relay does not let this control ask for ${command.kind}.`)

function refusalOf(order: CommandOrder, underWay: number): Outcome | null {
  if (order.ttlMs <= 0) return expired
  if (underWay >= mostUnderWay) return refused('relay-full', `The relay has ${mostUnderWay} commands under way.`)
  return null
}

function lostMiner(info: MinerInfo | null): Outcome {
  if (info) return refused('unreachable', 'Where it is, is not known, or not in the ranges of this relay.')
  return refused('no-such-miner', 'The relay knows no such miner.')
}

interface Repeat {
  readonly known: { readonly control: string; readonly result: CommandResult | null }
  readonly control: ControlId
  readonly accepted: () => void
  readonly repeat: (result: CommandResult) => void
}

/** An id belongs to the control that used it first: another learns nothing from it [X6]. */
function answerRepeat({ known, control, accepted, repeat }: Repeat): void {
  if (known.control !== control) return
  if (known.result) repeat(known.result)
  else accepted()
}
