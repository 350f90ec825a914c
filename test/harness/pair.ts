import { join } from 'node:path'
import { createEnrolment, enrolment, paths, relayList, type RelayId } from '@headframe/protocol'
import { z } from 'zod'
import type { SignedIn } from './control-api.ts'
import { layCable, type Cable } from './cuttable.ts'
import { root, run, type Program } from './processes.ts'
import { joinByHand, writeConfig } from './relay.ts'
import type { WatchedMiners } from './watched-miners.ts'

/** One box of a relay that has two: its fleet core as a process, with an address of its own and its own cable to control. */
export interface PairBox {
  readonly name: string
  readonly dataDir: string
  /** Where it asks miners from. */
  readonly address: string
  readonly cable: Cable
  program: Program
  readonly start: () => Promise<void>
  /** What `headframe status` tells. */
  readonly health: () => Promise<z.infer<typeof health>>
}

const health = z.object({
  miners: z.record(z.string(), z.number()),
  links: z.record(z.string(), z.string()),
  lease: z.object({
    acts: z.boolean(),
    term: z.number().nullable(),
    known: z.number(),
    leftMs: z.number().nullable(),
    byPerson: z.boolean(),
    missing: z.array(z.string()),
  }),
})

export interface PairSpec {
  /** What control calls the relay. */
  readonly name: string
  readonly folder: string
  readonly signedIn: SignedIn
  readonly controlPort: number
  readonly miners: WatchedMiners
  /** Addresses that the two ask miners from. */
  readonly from: readonly [string, string]
  /** For each box: who gives the lease. */
  readonly standby: (box: number) => object
}

export interface Pair extends AsyncDisposable {
  readonly relay: RelayId
  readonly boxes: readonly [PairBox, PairBox]
}

/** Enrols two boxes as one relay, and starts neither. */
export async function enrolPair(spec: PairSpec): Promise<Pair> {
  const { api, me, site } = spec.signedIn
  const org = me.orgs[0]?.id
  if (org === undefined) throw new Error('no organisation')
  const codeFor = async (name: string, standbyOf?: RelayId) => {
    const asked = createEnrolment.parse({ site, name, standbyOf })
    return enrolment.parse(await api.send('POST', paths.enrolments(org), asked)).code
  }
  const first = await makeBox(spec, 0, await codeFor(spec.name))
  const { relays } = await api.get(paths.relays(org), relayList)
  const relay = relays.find(each => each.name === spec.name)?.id
  if (relay === undefined) throw new Error('no relay')
  const boxes = [first, await makeBox(spec, 1, await codeFor('Second box', relay))] as const
  return {
    relay,
    boxes,
    [Symbol.asyncDispose]: async () => {
      for (const { program, cable } of boxes) {
        program.process.kill('SIGCONT')
        program.process.kill('SIGKILL')
        await program.ended
        await cable[Symbol.asyncDispose]()
      }
    },
  }
}

async function makeBox(spec: PairSpec, index: 0 | 1, code: string): Promise<PairBox> {
  const dataDir = join(spec.folder, `box-${index + 1}`)
  const cable = await layCable(spec.controlPort)
  await joinByHand({ dataDir, url: `http://127.0.0.1:${cable.port}`, code, allow: ['reboot'] })
  const { miners } = spec
  const address = spec.from[index]
  writeConfig(dataDir, {
    ranges: [{ name: 'hall', addresses: miners.addresses.join(','), ports: { 80: miners.port, 4028: 1, 4433: 1 } }],
    pollEveryMs: 5000,
    scanEveryMs: 10_000,
    sourceAddress: address,
    standby: spec.standby(index),
  })
  const ended = run({ words: ['-e', ''] })
  let port = 0
  const box: PairBox = {
    name: `box ${index + 1}`,
    dataDir,
    address,
    cable,
    program: ended,
    start: async () => {
      const place = ['--data', join(dataDir, 'relay'), '--keys', `${dataDir}.keys`]
      box.program = run({ words: [join(root, 'apps/site-relay/src/fleet-core.ts'), ...place] })
      const [line] = await box.program.until(/^\{.*"ready":true.*\}$/m)
      port = z.object({ health: z.number() }).parse(JSON.parse(line)).health
    },
    health: async () => health.parse(await (await fetch(`http://127.0.0.1:${port}/`)).json()),
  }
  return box
}

/** Waits until a box says something of itself. A box that starts or stops is asked again. */
export async function untilHealth(box: PairBox, test: (health: Awaited<ReturnType<PairBox['health']>>) => boolean) {
  for (;;) {
    const told = await box.health().catch(() => null)
    if (told && test(told)) return told
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}
