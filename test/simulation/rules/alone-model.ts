import type { RelayHealth } from '@headframe/protocol'
import type { ActorCode } from '../actor/code.ts'
import { boxKeyOf } from '../relay/box.ts'
import {
  createHandMadeWorld,
  helloOf,
  type HandMadeLink,
  type HandMadeWorld,
  type Violated,
} from './hand-made-world.ts'

/** What a control does by itself about one relay and one dashboard when nothing else happens at its site. */
export async function tryAlone(code: ActorCode, violated: Violated): Promise<void> {
  for (const reads of [false, true]) {
    const world = createHandMadeWorld(code, violated)
    const name = 'relay_BYHAND00000001'
    world.addRelay(name)
    const box = boxKeyOf(1)
    const link = await world.link(name, [box], box)
    await wakesOnce(world, link, violated)
    await givesUpTheDeaf(world, link, { reads, violated })
  }
}

/** A relay that comes wakes its control for what it says, and not once more to see that it is not silent [S7]. */
async function wakesOnce({ turns }: HandMadeWorld, { say }: HandMadeLink, violated: Violated): Promise<void> {
  const before = turns()
  await say(helloOf(0))
  if (turns() !== before + 1) violated('S7', `a relay that comes wakes its control ${turns() - before} times`)
}

/** After half a minute it is given up; its socket is gone only half a minute later. */
const noticedMs = 45_000

interface Deaf {
  /** It goes deaf only after it acknowledged something, a while after it came. */
  readonly reads: boolean
  readonly violated: Violated
}

/** A dashboard whose line is dead is given up, and the relay is told at once that nobody looks [S7]. */
async function givesUpTheDeaf(world: HandMadeWorld, { say, heard }: HandMadeLink, deaf: Deaf): Promise<void> {
  const { line, acknowledge } = world.look()
  const isWatched = () => heard.findLast(message => message.type === 'watch')?.live
  await world.passTime(3000)
  if (deaf.reads) {
    acknowledge()
    await world.passTime(noticedMs)
    await say({ type: 'status', status: healthWith(1) })
    acknowledge()
    await world.passTime(3000)
  }
  if (isWatched() !== true) deaf.violated('S7', 'a relay is not told that somebody looks')
  line?.cut('silent')
  if (deaf.reads) await say({ type: 'status', status: healthWith(2) })
  await world.passTime(noticedMs)
  if (isWatched() !== false) deaf.violated('S7', 'a relay goes on for a dashboard that is deaf')
}

const healthWith = (latePolls: number): RelayHealth => ({
  latePolls,
  disk: 'ok',
  clock: 'plausible',
  historyFromAt: null,
})
