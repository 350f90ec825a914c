import { createServer } from 'node:net'
import { join } from 'node:path'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startBox } from '../harness/box.ts'
import { readInstallation, setUp, signIn } from '../harness/control-api.ts'
import { freePort, isAlive, killRecorded, recordedProcesses, root, run, scratchFolder } from '../harness/processes.ts'

const pids = (dataDir: string) => recordedProcesses(dataDir).map(one => one.pid)

test('a second start knows what the first one knew, and Ctrl-C leaves no process behind', async () => {
  using scratch = scratchFolder()
  const dataDir = join(scratch.path, 'data')
  await using first = await startBox({ dataDir })
  expect(await readInstallation(first.url)).toMatchObject({ setUp: false, demo: false })
  const { me } = await setUp(first.url, first.setupCode ?? '')
  const firstPids = pids(dataDir)
  expect(await first.stop()).toBe(0)
  expect(firstPids.filter(isAlive)).toEqual([])

  await using second = await startBox({ dataDir, port: first.port })
  expect(second.setupCode).toBeUndefined()
  expect((await signIn(second.url)).me).toEqual(me)
  await second.stop()
})

test('after kill -9 of every process the next start comes up whole', async () => {
  using scratch = scratchFolder()
  const dataDir = join(scratch.path, 'data')
  await using first = await startBox({ dataDir })
  await setUp(first.url, first.setupCode ?? '')
  const killed = pids(dataDir)
  first.program.process.kill('SIGKILL')
  await first.program.ended.catch(() => undefined)
  process.kill(killed[0] ?? 0, 'SIGKILL')

  await using second = await startBox({ dataDir, port: first.port })
  expect(second.program.said()).toMatch(/Ended \d+ process/)
  expect(killed.filter(isAlive)).toEqual([])
  expect((await signIn(second.url)).me.login).toBe('owner')
  await second.stop()
})

test('when npm alone is killed the box ends, and the next npm start comes up whole', async () => {
  using scratch = scratchFolder()
  const dataDir = join(scratch.path, 'data')
  const port = await freePort()
  await using npm = run({ command: 'npm', words: ['start', '--', '--data', dataDir, '--port', String(port)] })
  await npm.until(/Ctrl-C ends it/)
  await using _leftovers = { [Symbol.asyncDispose]: async () => killRecorded(dataDir) }
  const left = pids(dataDir)
  npm.process.kill('SIGKILL')
  await expect.poll(() => left.filter(isAlive), { timeout: 10_000 }).toEqual([])

  await using second = await startBox({ dataDir, port })
  expect(await readInstallation(second.url)).toMatchObject({ setUp: false })
  expect(pids(dataDir).every(isAlive)).toBe(true)
  await second.stop()
})

test('a second start on the same data folder is refused while the first one runs', async () => {
  using scratch = scratchFolder()
  const dataDir = join(scratch.path, 'data')
  await using first = await startBox({ dataDir })
  await using second = run({
    words: [join(root, 'scripts/start.mjs'), '--data', dataDir, '--port', String(await freePort())],
  })
  expect((await second.ended).code).not.toBe(0)
  expect(second.said()).toMatch(/^headframe: already running on this data folder \(process \d+\)/)
  await first.stop()
})

test('a taken port is one clear line, and nothing is left running', async () => {
  using scratch = scratchFolder()
  const port = await freePort()
  const taker = createServer().listen(port, '127.0.0.1')
  await using program = run({
    words: [join(root, 'scripts/start.mjs'), '--data', join(scratch.path, 'data'), '--port', String(port)],
  })
  expect((await program.ended).code).toBe(1)
  expect(program.said().trim()).toBe(
    `headframe: port ${port} on 127.0.0.1 is taken by another program. End it, or choose another port with --port`,
  )
  taker.close()
})

test('a corrupt database is named, the start fails, and the file is left as it was', async () => {
  using scratch = scratchFolder()
  const dataDir = join(scratch.path, 'data')
  await using first = await startBox({ dataDir })
  await first.stop()
  const path = join(dataDir, 'relay/site.db')
  const torn = Buffer.alloc(64 * 1024, 0x5a)
  // Left when a loaded machine had to kill the core: SQLite would write it into the file, as it should.
  rmSync(`${path}-wal`, { force: true })
  writeFileSync(path, torn)
  await using again = run({
    words: [join(root, 'scripts/start.mjs'), '--data', dataDir, '--port', String(first.port)],
  })
  expect((await again.ended).code).toBe(1)
  expect(again.said()).toMatch(/^headframe: .*site\.db.*$/m)
  expect(readFileSync(path).equals(torn)).toBe(true)
})
