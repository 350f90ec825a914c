import { array, assert, boolean, constantFrom, integer, property, record, type Arbitrary } from 'fast-check'
import { expect, test } from 'vitest'
import { idOf } from './builders.ts'
import { createSchedule, type PollEnd, type Polled } from './schedule.ts'

const everyMs = 30_000
const floors: Readonly<Record<string, number>> = { quick: 2000, slow: 10_000 }
const budget = { subnet: 3, slow: 2, quick: 5 }
const miners: readonly Polled[] = Array.from({ length: 16 }, (_, n) => ({
  id: idOf(n),
  cohort: n % 2,
  slot: n >> 1,
  address: `127.0.${n % 3}.${n}`,
  driver: n % 4 === 0 ? 'slow' : 'quick',
}))

const create = () =>
  createSchedule({
    everyMs,
    random: () => 0.5,
    pollsPerSubnet: budget.subnet,
    familyOf: driver => ({ floorMs: floors[driver] ?? 0, atOnce: driver === 'slow' ? budget.slow : budget.quick }),
  })

interface Step {
  readonly waitMs: number
  readonly free: number
  readonly end: PollEnd
  readonly miner: number
  readonly does: 'watch' | 'hurry' | 'read' | 'remove' | 'put' | 'move' | 'nothing'
}

const steps: Arbitrary<Step[]> = array(
  record({
    waitMs: integer({ min: 0, max: 4000 }),
    free: integer({ min: 0, max: 12 }),
    end: constantFrom<PollEnd>('answered', 'failed', 'again'),
    miner: integer({ min: 0, max: miners.length - 1 }),
    does: constantFrom<Step['does']>('watch', 'hurry', 'read', 'remove', 'put', 'move', 'nothing'),
  }),
  { maxLength: 300 },
)

/** A schedule and what it must never do, seen from outside. */
class Watched {
  readonly schedule = create()
  readonly where = new Map(miners.map(miner => [miner.id, miner]))
  readonly out = new Map<Polled['id'], Polled>()
  readonly #last = new Map<string, number>()
  now = 0

  take(free: number): void {
    for (const { miner } of this.schedule.take(this.now, free)) {
      const polled = this.where.get(miner)!
      expect(this.out.has(miner)).toBe(false)
      expect(this.now - (this.#last.get(miner) ?? -Infinity)).toBeGreaterThanOrEqual(floors[polled.driver]!)
      this.out.set(miner, polled)
      this.#last.set(miner, this.now)
    }
    const running = [...this.out.values()]
    for (const subnet of ['127.0.0.', '127.0.1.', '127.0.2.', '127.0.9.']) {
      expect(running.filter(each => each.address.startsWith(subnet)).length).toBeLessThanOrEqual(budget.subnet)
    }
    expect(running.filter(each => each.driver === 'slow').length).toBeLessThanOrEqual(budget.slow)
    expect(running.filter(each => each.driver === 'quick').length).toBeLessThanOrEqual(budget.quick)
  }

  end(miner: Polled['id'], how: PollEnd): void {
    this.out.delete(miner)
    this.schedule.ended(miner, how, this.now)
  }

  does({ miner, does: what }: Step): void {
    const { schedule, now } = this
    const polled = this.where.get(idOf(miner))!
    if (what === 'watch') schedule.watch(new Set([polled.id]), now)
    else if (what === 'hurry') schedule.hurry(polled.id, now, 5000)
    else if (what === 'read') schedule.wasRead(polled.id, now)
    else if (what === 'remove') schedule.remove(polled.id)
    else if (what === 'put') schedule.put(polled, now, miner % 2 === 0)
    else if (what === 'move') {
      const address = polled.address.startsWith('127.0.9.') ? `127.0.1.${miner}` : `127.0.9.${miner}`
      this.where.set(polled.id, { ...polled, address })
      schedule.put({ ...polled, address }, now)
    }
  }
}

test('whatever happens: no miner twice at once, none faster than its floor, no budget exceeded, none forgotten', () => {
  assert(
    property(steps, taken => {
      const watched = new Watched()
      for (const miner of miners) watched.schedule.put(miner, 0)
      for (const step of taken) {
        watched.now += step.waitMs
        watched.does(step)
        watched.take(step.free)
        const [first] = watched.out.keys()
        if (first) watched.end(first, step.end)
      }
      watched.schedule.watch(new Set(), watched.now)
      for (const miner of watched.where.values()) watched.schedule.put(miner, watched.now)
      // Longer than the longest back-off: each has a turn, though each poll takes its time.
      const seen = new Set<string>()
      for (const until = watched.now + 500_000; watched.now < until; watched.now += 2500) {
        for (const miner of watched.out.keys()) watched.end(miner, 'answered')
        watched.take(12)
        for (const miner of watched.out.keys()) seen.add(miner)
      }
      expect(seen.size).toBe(miners.length)
    }),
  )
})

test('with capacity every live miner is read within its beat, in slot order', () => {
  assert(
    property(integer({ min: 1, max: 200 }), integer({ min: 1, max: 900 }), boolean(), (count, pollMs, cohorts) => {
      const schedule = createSchedule({
        everyMs,
        random: () => 0.5,
        pollsPerSubnet: 1000,
        familyOf: () => ({ floorMs: 2000, atOnce: 1000 }),
      })
      for (let n = count - 1; n >= 0; n -= 1) {
        const place = cohorts ? { cohort: n % 3, slot: Math.floor(n / 3) } : { cohort: 0, slot: n }
        schedule.put({ id: idOf(n), ...place, address: '127.0.0.1', driver: 'quick' }, 0)
      }
      const order = Array.from({ length: count }, (_, n) => n).sort((a, b) =>
        cohorts ? (a % 3) - (b % 3) || a - b : a - b,
      )
      const starts = new Map<string, number[]>()
      const running: { readonly miner: Polled['id']; readonly endsAt: number }[] = []
      for (let now = 0; now <= 4 * everyMs; now += 100) {
        while (running[0] && running[0].endsAt <= now) schedule.ended(running.shift()!.miner, 'answered', now)
        for (const { miner } of schedule.take(now, 1000)) {
          starts.set(miner, [...(starts.get(miner) ?? []), now])
          running.push({ miner, endsAt: now + pollMs })
        }
      }
      const moments = order.map(n => starts.get(idOf(n))!.at(-1)! % everyMs)
      // Around the interval: one that is due just before its end is taken just after.
      const backwards = moments.filter((moment, n) => n > 0 && moment < moments[n - 1]!)
      expect(backwards.length).toBeLessThanOrEqual(1)
      for (const times of starts.values()) {
        const gaps = times.slice(2).map((time, index) => time - times[index + 1]!)
        expect(Math.max(...gaps, 0)).toBeLessThanOrEqual(everyMs + 100)
      }
      expect(schedule.late(4 * everyMs)).toBe(0)
    }),
    { numRuns: 15 },
  )
})
