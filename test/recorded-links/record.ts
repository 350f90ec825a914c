// Records a link of this release: node test/recorded-links/record.ts. Once for each release; the file is never changed afterwards.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { controlId, relayId, type CommandId } from '@headframe/protocol'
import { startSite } from '@headframe/simulator'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { startBox } from '../harness/box.ts'
import { askCommand, resultOf } from '../harness/commands.ts'
import { setUp } from '../harness/control-api.ts'
import { openDashboard } from '../harness/dashboard-client.ts'
import { root, scratchFolder } from '../harness/processes.ts'
import { enrolmentCode, joinByHand, rangesOf, startRelay, writeConfig } from '../harness/relay.ts'
import { rowsOf } from '../harness/rows.ts'
import { listenBetween } from './listener.ts'
import { writeRecording } from './recording.ts'

const minerCount = 24
/** Longer than two beats: what was missed comes as history. */
const cutMs = 150_000
const say = (line: string) => void process.stderr.write(`${line}\n`)

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
using scratch = scratchFolder()
await using site = await simulate()
await using box = await startBox({ dataDir: join(scratch.path, 'control') })
const { api, me, site: siteId } = await setUp(box.url, box.setupCode ?? '')
await using between = await listenBetween(new URL(box.url))
const dataDir = join(scratch.path, 'relay')
const code = await enrolmentCode(api, me.orgs[0]?.id ?? lacking(), siteId)
await joinByHand({ dataDir, url: between.url, code, allow: ['locate', 'reboot'] })
writeConfig(dataDir, { ranges: rangesOf(site), pollEveryMs: 10_000, healthPort: null })
await using relay = await startRelay(dataDir)
using view = await openDashboard(api, siteId)
await view.until('all miners hashing', () => view.states().hashing === minerCount, 90_000)

say('commands')
const targets = [...view.miners.values()].filter(one => one.info.driver !== 'bitaxe')
const asked: CommandId[] = []
const ask = async (index: number, command: Parameters<typeof askCommand>[0]['command']) => {
  const miner = targets[index]?.info.id ?? lacking()
  asked.push(await askCommand({ api, site: siteId, miner, command, ttlMs: 600_000 }))
}
await ask(0, { kind: 'locate', on: true })
await ask(1, { kind: 'reboot' })
await ask(2, { kind: 'setPools', pools: [{ url: 'stratum+tcp://127.0.0.1:3333', user: 'nobody' }] })
for (const id of asked) await resultOf(view, id)
await view.ask({ kind: 'reading', miner: targets[0]?.info.id ?? lacking() })

say(`a cut of ${cutMs / 1000} s, with a command that waits`)
between.cut(cutMs)
await sleep(5000)
await ask(3, { kind: 'locate', on: true })
for (const id of asked) await resultOf(view, id, cutMs + 60_000)
await sleep(90_000)
await relay.end('SIGINT')
const [control] = rowsOf(join(dataDir, 'relay/site.db'), 'controls')
const path = join(import.meta.dirname, `${version}.json.gz`)
writeRecording(path, {
  release: version,
  startedAt: between.startedAt,
  control: controlId.parse(control?.['control']),
  relay: relayId.parse(control?.['relay']),
  ...between.enrolled(),
  steps: [...between.steps],
  miners: [...view.miners.values()].map(({ info }) => info.id).sort(),
  commands: asked.map(id => {
    const entry = view.commands.get(id) ?? lacking()
    return { id, miner: entry.miner, kind: entry.command.kind, state: entry.state }
  }),
})
say(`${between.steps.length} steps in ${path}`)

async function simulate() {
  const pools = [{ url: 'stratum+tcp://127.0.0.1:9', user: 'nobody' }]
  const ports = { 80: 18_380, 4028: 14_328, 4433: 14_733 }
  const site = await startSite({
    miners: minerCount,
    seed: 3,
    firstAddress: '127.54.0.1',
    ports,
    pools,
    stratum: false,
  })
  return { ...site, [Symbol.asyncDispose]: () => site.close() }
}

function lacking(): never {
  throw new Error('the fresh installation lacks something that it always has')
}
