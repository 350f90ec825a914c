import type { CommandResult } from '@headframe/protocol'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { anInfo } from '../fleet/builders.ts'
import { createConversations } from '../fleet/conversation.ts'
import { anOrder, controlOf, writing } from '../store/builders.ts'
import { createCommandStore } from '../store/commands.ts'
import { openStore } from '../store/open.ts'
import { createGuard } from './guard.ts'

/** Takes the order in a process of its own, which is killed at the moment when the miner would be told. */
const program = `
  const from = path => import(new URL(path, ${JSON.stringify(import.meta.url)}))
  const { createGuard } = await from('./guard.ts')
  const { createCommandStore } = await from('../store/commands.ts')
  const { createConversations } = await from('../fleet/conversation.ts')
  const { openStore } = await from('../store/open.ts')
  const { anInfo } = await from('../fleet/builders.ts')
  const { anOrder, controlOf, writing } = await from('../store/builders.ts')
  const db = openStore(process.argv[1])
  const guard = createGuard({
    store: createCommandStore(db),
    write: writing(db),
    conversations: createConversations(),
    allowed: () => ['locate'],
    miner: () => anInfo(),
    isConfigured: () => true,
    perform: () => process.kill(process.pid, 'SIGKILL'),
    commit: () => process.exit(2),
    repeat: () => process.exit(3),
    now: Date.now,
    monotonic: () => performance.now(),
    sleep: async () => {},
  })
  await guard.take(controlOf(1), anOrder(), { accepted: () => {}, declined: () => {} })
`

test('[C2] a relay that is killed between its journal and the miner tells an unknown outcome, and acts no second time', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'headframe-crash-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const path = join(dir, 'site.db')
  const killed = spawnSync(process.execPath, ['--input-type=module', '-e', program, path], { encoding: 'utf8' })
  expect([killed.signal, killed.stderr]).toEqual(['SIGKILL', ''])

  const results: CommandResult[] = []
  const db = openStore(path)
  onTestFinished(() => db.close())
  const store = createCommandStore(db)
  const guard = createGuard({
    store,
    write: writing(db),
    conversations: createConversations(),
    allowed: () => ['locate'],
    miner: () => anInfo(),
    isConfigured: () => true,
    perform: async () => expect.unreachable('it acted again'),
    commit: result => {
      store.end(result)
      results.push(result)
    },
    repeat: result => results.push(result),
    now: Date.now,
    monotonic: () => performance.now(),
    sleep: async () => {},
  })
  guard.recover()
  await guard.take(controlOf(1), anOrder(), { accepted: () => {}, declined: () => expect.unreachable('declined') })
  expect(results.map(({ outcome }) => [outcome.kind, outcome.code])).toEqual([
    ['unknown', 'interrupted'],
    ['unknown', 'interrupted'],
  ])
})
