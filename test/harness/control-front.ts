import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { built } from '../../apps/site-relay/src/box/build.ts'
import { isAlive, root, run, type Program } from './processes.ts'

/** A local control by itself, front and workerd: it can be killed, and started again on the same port. */
export interface ControlFront extends AsyncDisposable {
  readonly url: string
  readonly setupCode: string
  /** Pids of front and workerd. */
  readonly pids: () => readonly [number, number]
  readonly start: () => Promise<void>
  readonly kill: () => Promise<void>
}

const setupCode = 'FRONT-SETUP-CODE'
const ready = z.object({ url: z.string(), workerd: z.number() })

export async function startControlFront(dataDir: string, port: number): Promise<ControlFront> {
  const building = run({ words: [join(root, 'apps/site-relay/src/headframe.ts'), 'build'] })
  if ((await building.ended).code !== 0) throw new Error(building.said())
  let running = await launch(dataDir, port)
  return {
    url: running.told.url,
    setupCode,
    pids: () => [running.program.process.pid ?? 0, running.told.workerd],
    start: async () => {
      running = await launch(dataDir, port)
    },
    kill: async () => {
      const { program, told } = running
      program.process.kill('SIGKILL')
      process.kill(told.workerd, 'SIGKILL')
      await program.ended
      while (isAlive(told.workerd)) await sleep(10)
    },
    [Symbol.asyncDispose]: () => running.program[Symbol.asyncDispose](),
  }
}

async function launch(dataDir: string, port: number): Promise<{ program: Program; told: z.infer<typeof ready> }> {
  const program = run({
    words: [
      join(root, 'apps/control-worker/local/front.ts'),
      '--data',
      dataDir,
      '--port',
      String(port),
      '--assets',
      built.dashboard,
      '--worker',
      built.worker,
    ],
    env: { HEADFRAME_SETUP_CODE: setupCode },
  })
  const [line] = await program.until(/^\{.*"ready":true.*\}$/m)
  return { program, told: ready.parse(JSON.parse(line)) }
}
