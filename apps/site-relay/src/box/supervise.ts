import { setTimeout as sleep } from 'node:timers/promises'
import { BoxError } from './box-error.ts'
import { readyLine, spawnChild, whyItFell, type Child, type ChildSpec, type ReadyLine } from './child.ts'
import { identifyProcess, writeRecord, type RecordedProcess } from './process-record.ts'

export interface Supervisor {
  /** Starts a child and waits until it is ready. From then on it is started again whenever it ends. */
  start(spec: ChildSpec): Promise<ReadyLine>
  /** Ends all children: SIGTERM, and SIGKILL for what is left after 3.5 s. */
  stop(): Promise<void>
}

export interface SupervisorDeps {
  readonly recordPath: string
  readonly logDir: string
  readonly say: (line: string) => void
}

const graceMs = 3500
/** A child that ran for this long starts again at once; one that keeps falling waits longer each time. */
const steadyMs = 30_000
const pausesMs = [100, 500, 1000, 2000, 5000]

/** Keeps the processes of a box running, and knows at all times which they are. */
export function createSupervisor(deps: SupervisorDeps): Supervisor {
  const children = new Map<string, Child>()
  let stopping = false

  const record = () => writeRecord(deps.recordPath, [...children.values()].flatMap(processesOf))

  function launch(spec: ChildSpec): Child {
    const child = spawnChild(spec, deps.logDir)
    children.set(spec.name, child)
    record()
    return child
  }

  async function whenReady(child: Child): Promise<ReadyLine> {
    const line = await readyLine(child)
    child.helpers = typeof line['workerd'] === 'number' ? [line['workerd']] : []
    record()
    return line
  }

  async function keep(first: Child): Promise<void> {
    let falls = 0
    for (let child = first; ; child = launch(child.spec)) {
      if (child !== first) void whenReady(child).catch(() => undefined)
      const end = await child.ended
      if (stopping) return
      falls = end.ranMs > steadyMs ? 0 : falls + 1
      deps.say(`${child.spec.name} ended (${end.how}); starting it again`)
      for (const pid of child.helpers) kill(pid, 'SIGKILL')
      await sleep(pausesMs[Math.min(falls, pausesMs.length - 1)])
      if (stopping) return
    }
  }

  return {
    async start(spec) {
      const child = launch(spec)
      const line = await Promise.race([whenReady(child), child.ended.then(() => undefined)])
      if (line === undefined) throw new BoxError(whyItFell(child))
      void keep(child)
      return line
    },
    async stop() {
      stopping = true
      await endAll([...children.values()])
      writeRecord(deps.recordPath, [])
    },
  }
}

function processesOf(child: Child): RecordedProcess[] {
  const pids = [child.process.pid ?? 0, ...child.helpers]
  return pids.flatMap(pid => identifyProcess(child.spec.name, pid) ?? [])
}

async function endAll(children: readonly Child[]): Promise<void> {
  for (const child of children) child.process.kill('SIGTERM')
  const late = sleep(graceMs, 'late', { ref: false })
  const ended = Promise.all(children.map(child => child.ended))
  if ((await Promise.race([ended, late])) === 'late') for (const child of children) child.process.kill('SIGKILL')
  await ended
  for (const pid of children.flatMap(child => child.helpers)) kill(pid, 'SIGKILL')
}

function kill(pid: number, signal: 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It had ended by itself, as it should.
  }
}
