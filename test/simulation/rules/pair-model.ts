import { boxKeyOf, createBox, type Box } from '../relay/box.ts'
import { enrolmentOf } from '../relay/enrolment.ts'
import { createPark } from '../relay/miners.ts'
import { epochMs, noFaults } from '../site.ts'
import { createChance } from '../world/chance.ts'
import { createTimeline, type Owner } from '../world/timeline.ts'

type Violated = (rule: string, text: string) => void

/**
 * A box of two that was wiped, whose control is away: what the other knows it would find anew, as other miners. It waits
 * for a copy before it asks for the lease, and looks once more before it acts; but neither for ever [S5].
 */
export async function tryWiped(violated: Violated): Promise<void> {
  const { box, asked, passTime } = wiped(violated)
  box.start()
  await passTime(55_000)
  if (asked() > 0 || box.core() !== null) violated('S5', 'a box without a copy asks for the lease')
  for (let waited = 0; asked() === 0 && waited < 15_000; waited += 100) await passTime(100)
  await passTime(500)
  if (box.core() !== null) violated('S5', 'a box acts, and did not look for what the other told last')
  await passTime(5000)
  if (box.core() === null) violated('S5', 'a box waits for a copy for ever')
}

/** A witness that gives whenever it is asked, and a control that nobody reaches. */
function wiped(violated: Violated) {
  const timeline = createTimeline()
  const chance = createChance(1, 'wiped')
  const failed = (error: unknown) => violated('X2', `a box by itself fell over ${String(error)}`)
  const owner: Owner = { alive: () => true, failed }
  const enrolled = enrolmentOf('away')
  let asked = 0
  const box: Box = createBox({
    key: boxKeyOf(1),
    giver: async () => {
      asked += 1
      return { term: 7, ttlMs: 6000, known: 7 }
    },
    timeline,
    chance,
    park: createPark(0, {
      chance,
      now: timeline.now,
      violated,
      lastMoment: () => Infinity,
      isJournaled: () => false,
      isForgotten: () => false,
    }),
    controls: [enrolled],
    policy: { controls: {} },
    pollEveryMs: 30_000,
    wallAt: ms => epochMs + ms,
    faults: noFaults,
    openWire: () => () => silentWire,
    framed: () => {},
    started: () => {},
    crashed: () => {},
    trace: () => {},
    threw: failed,
  })
  const passTime = async (ms: number) => {
    const until = timeline.now() + ms
    timeline.after(ms, () => {}, owner)
    while (timeline.now() < until) await timeline.step()
  }
  return { box, asked: () => asked, passTime }
}

const silentWire = {
  send: () => {},
  isOpen: () => false,
  bufferedBytes: () => 0,
  ping: () => {},
  close: () => {},
  terminate: () => {},
}
