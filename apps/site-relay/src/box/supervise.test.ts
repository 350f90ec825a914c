import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { endOrphans, identifyProcess, writeRecord } from './process-record.ts'
import { createSupervisor, type Supervisor } from './supervise.ts'
import { spawnChild, turnLog } from './child.ts'

/** A machine that is busy with other tests takes its time. */
const slowly = { timeout: 15_000 }

let dir = ''
let supervisor: Supervisor
const said: string[] = []

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'headframe-box-'))
  said.length = 0
  supervisor = createSupervisor({ recordPath: join(dir, 'processes.json'), logDir: dir, say: line => said.push(line) })
})
afterEach(async () => {
  await supervisor.stop()
  rmSync(dir, { recursive: true })
})

function script(text: string): string {
  const path = join(dir, 'child.mjs')
  writeFileSync(path, text)
  return path
}

const readyAndWait = `console.log(JSON.stringify({ ready: true, pid: process.pid })); setInterval(() => {}, 1000)`
const isRunning = (pid: number) => identifyProcess('', pid) !== undefined

test('gives back the ready line, and ends the child when told', async () => {
  const ready = await supervisor.start({ name: 'one', script: script(readyAndWait), words: [] })
  expect(isRunning(Number(ready['pid']))).toBe(true)
  await supervisor.stop()
  expect(isRunning(Number(ready['pid']))).toBe(false)
})

test('a child that is killed is started again', async () => {
  const ready = await supervisor.start({ name: 'one', script: script(readyAndWait), words: [] })
  process.kill(Number(ready['pid']), 'SIGKILL')
  const again = await vi.waitFor(() => {
    const { children } = JSON.parse(readFileSync(join(dir, 'processes.json'), 'utf8'))
    expect(children[0].pid).not.toBe(ready['pid'])
    return children[0].pid
  }, slowly)
  expect(said).toEqual(['one ended (SIGKILL); starting it again'])
  expect(isRunning(again)).toBe(true)
})

test('a child that cannot start is reported with the line that it left, and not started again', async () => {
  const path = script(`console.error('noise'); console.error('headframe: the port is taken'); process.exit(1)`)
  await expect(supervisor.start({ name: 'one', script: path, words: [] })).rejects.toThrow(/^the port is taken$/)
  expect(said).toEqual([])
})

test('a child that keeps falling says why, and says it once', async () => {
  const counter = join(dir, 'starts')
  writeFileSync(counter, '')
  const path = script(`
    import { appendFileSync, readFileSync } from 'node:fs'
    appendFileSync(${JSON.stringify(counter)}, 'x')
    console.log('{"ready":true}')
    const starts = readFileSync(${JSON.stringify(counter)}).length
    if (starts > 3) setInterval(() => {}, 1000)
    else { console.error('noise\\nheadframe: the disk is full'); process.exitCode = 1 }`)
  await supervisor.start({ name: 'one', script: path, words: [] })
  await vi.waitFor(() => expect(readFileSync(counter, 'utf8')).toBe('xxxx'), 5000)
  expect(said).toEqual(['one ended (code 1: the disk is full); starting it again'])
})

test('a record that cannot be written ends nothing: the supervisor says so and goes on', async () => {
  mkdirSync(join(dir, 'processes.json'))
  const ready = await supervisor.start({ name: 'one', script: script(readyAndWait), words: [] })
  expect(said[0]).toMatch(/^Warning: .*processes.json cannot be written/)
  process.kill(Number(ready['pid']), 'SIGKILL')
  await vi.waitFor(() => expect(said).toContain('one ended (SIGKILL); starting it again'))
})

test('nothing is started once the end was asked for, and nobody is told of a failure then', async () => {
  const hangs = script(`setInterval(() => {}, 1000)`)
  const outcome = vi.fn()
  supervisor.start({ name: 'one', script: hangs, words: [] }).then(outcome, outcome)
  const stopped = supervisor.stop()
  supervisor.start({ name: 'two', script: hangs, words: [] }).then(outcome, outcome)
  await stopped
  expect(JSON.parse(readFileSync(join(dir, 'processes.json'), 'utf8')).children).toEqual([])
  expect(outcome).not.toHaveBeenCalled()
})

test('a log that grew too long becomes the one before, and its child writes on', async () => {
  const spec = { name: 'one', script: script(`setInterval(() => console.error('line'), 5)`), words: [] }
  const child = spawnChild(spec, dir)
  const lines = () => readFileSync(child.logPath, 'utf8')
  await vi.waitFor(() => expect(lines()).toMatch(/^line/))
  truncateSync(child.logPath, 11 * 1024 * 1024)
  turnLog(child)
  await vi.waitFor(() => expect(lines()).toMatch(/^line/))
  expect(readFileSync(`${child.logPath}.1`).length).toBeGreaterThanOrEqual(11 * 1024 * 1024)
  child.process.kill('SIGKILL')
  await child.ended
})

test('a child that ignores SIGTERM is killed', { timeout: 10_000 }, async () => {
  const ready = await supervisor.start({
    name: 'one',
    script: script(`process.on('SIGTERM', () => {}); ${readyAndWait}`),
    words: [],
  })
  await supervisor.stop()
  expect(isRunning(Number(ready['pid']))).toBe(false)
})

test('orphans of a killed start are ended by pid and start time, and no stranger is', async () => {
  const path = join(dir, 'orphans.json')
  const orphan = spawnChild({ name: 'orphan', script: script(readyAndWait), words: [] }, dir)
  const bystander = spawnChild({ name: 'bystander', script: script(readyAndWait), words: [] }, dir)
  const pid = bystander.process.pid!
  writeRecord(path, [identifyProcess('orphan', orphan.process.pid!)!, { name: 'reused', pid, startTime: 'long ago:1' }])
  expect(await endOrphans(path)).toBe(1)
  expect((await orphan.ended).how).toBe('SIGTERM')
  expect(isRunning(pid)).toBe(true)
  bystander.process.kill('SIGKILL')
  await bystander.ended
})

test('a start whose supervisor is alive is not an orphan', async () => {
  const path = join(dir, 'alive.json')
  const other = spawnChild({ name: 'other', script: script(readyAndWait), words: [] }, dir)
  writeFileSync(path, JSON.stringify({ supervisor: identifyProcess('supervisor', other.process.pid!), children: [] }))
  await expect(endOrphans(path)).rejects.toThrow(/already running on this data folder/)
  other.process.kill('SIGKILL')
  await other.ended
})
