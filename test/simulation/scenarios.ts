import type { CommandOrder } from '@headframe/protocol'
import { migrations } from '../../apps/site-relay/src/store/migrations.ts'
import { passTime } from './plan.ts'
import { noFaults, person, type SimSite } from './site.ts'
import { relay } from './relay/enrolment.ts'
import { Disk } from './world/disk.ts'

/** Something that happens at a site, step by step. What it writes is where the power is cut. */
export interface Scenario {
  readonly name: string
  readonly controls?: number
  readonly boxes?: number
  /** What goes before is not part of it. */
  readonly warmUpMs: number
  readonly run: (site: SimSite) => Promise<void>
}

export const scenarios: readonly Scenario[] = [
  { name: 'first start', warmUpMs: 0, run: site => passTime(site, 20_000) },
  {
    name: 'commands',
    warmUpMs: 15_000,
    run: async site => {
      ask(site, { kind: 'reboot' }, 0)
      ask(site, { kind: 'locate', on: true }, 1)
      await passTime(site, 300)
      ask(site, { kind: 'locate', on: false }, 1)
      await passTime(site, 14_000)
    },
  },
  {
    name: 'events of two controls',
    controls: 2,
    warmUpMs: 15_000,
    run: async site => {
      changeMiners(site)
      await passTime(site, 40_000)
    },
  },
  {
    name: 'beats',
    warmUpMs: 50_000,
    run: async site => {
      for (let minute = 0; minute < 3; minute += 1) {
        await passTime(site, 30_000)
        site.controls[0]?.host.hibernate()
        await passTime(site, 32_000)
      }
    },
  },
  {
    name: 'relay restored',
    warmUpMs: 15_000,
    run: async site => {
      const image = site.acting().image()
      changeMiners(site)
      ask(site, { kind: 'reboot' }, 0)
      await passTime(site, 35_000)
      site.acting().crash(500, image)
      await passTime(site, 30_000)
    },
  },
  {
    name: 'control restored',
    warmUpMs: 15_000,
    run: async site => {
      const [control] = site.controls
      const image = control?.host.disk().image()
      changeMiners(site)
      ask(site, { kind: 'reboot' }, 0)
      await passTime(site, 35_000)
      control?.host.crash(500, image)
      await passTime(site, 30_000)
    },
  },
  {
    name: 'a queued command, and an older control',
    warmUpMs: 40_000,
    run: async site => {
      const [control] = site.controls
      control?.host.crash(2000)
      await passTime(site, 2001)
      ask(site, { kind: 'reboot' }, 0)
      const image = control?.host.disk().image()
      await passTime(site, 40_000)
      control?.host.crash(30_000, image)
      await passTime(site, 31_000)
    },
  },
  {
    name: 'takeover',
    boxes: 2,
    warmUpMs: 40_000,
    run: async site => {
      ask(site, { kind: 'reboot' }, 0)
      await passTime(site, 100)
      site.acting().crash(60_000)
      await passTime(site, 30_000)
      ask(site, { kind: 'locate', on: true }, 1)
      await passTime(site, 10_000)
    },
  },
  {
    name: 'migration',
    warmUpMs: 5000,
    run: async site => {
      const [control] = site.controls
      site.acting().crash(100, firstRelayDisk())
      control?.host.crash(100, site.firstActorDisk())
      // Whoever enrols a relay tries again until it is there.
      for (let tried = 0; tried < 5 && control?.rules.relay() === null; tried += 1) {
        await passTime(site, 4000)
        control.host.turn(actor => actor.addRelay({ id: relay, name: 'Hall' }))
      }
      await passTime(site, 25_000)
    },
  },
]

/** As the first release left it. */
function firstRelayDisk(): Uint8Array {
  const disk = new Disk(null, noFaults)
  disk.exec(`${migrations[0]}; PRAGMA user_version = 1`)
  return disk.cutPower()
}

function ask(site: SimSite, command: CommandOrder['command'], index: number): void {
  const miner = site.acting().core()?.fleet.inventory.all()[index]
  if (!miner) return
  const miners = [{ id: site.newCommandId(), miner: miner.id }]
  site.controls[0]?.host.turn(actor => actor.ask({ command, miners, ttlMs: 60_000, person, byName: 'Ada' }))
}

function changeMiners(site: SimSite): void {
  for (const [index, miner] of site.park.miners.entries()) miner.hostname = `changed-${index}`
}
