import { setTimeout as sleep } from 'node:timers/promises'
import { lastWords, readyLine, spawnChild, turnLog, type Child, type ChildSpec, type ReadyLine } from './child.ts'
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
const turnLogsEveryMs = 60_000
const pausesMs = [100, 500, 1000, 2000, 5000]

/** Keeps the processes of a box running, and knows at all times which they are. */
export function createSupervisor(deps: SupervisorDeps): Supervisor {
  const children = new Map<string, Child>()
  let stopping = false
  const write = createRecorder(deps)
  const record = () => write([...children.values()])
  const turning = setInterval(() => [...children.values()].forEach(turnLog), turnLogsEveryMs).unref()

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

  /** Want of descriptors or processes passes: the box waits for that. */
  async function launchAgain(spec: ChildSpec): Promise<Child> {
    if (stopping) return await whenStopped()
    try {
      return launch(spec)
    } catch (error) {
      deps.say(`${spec.name} cannot be started: ${reasonOf(error)}`)
      await sleep(Math.max(...pausesMs))
      return await launchAgain(spec)
    }
  }

  async function keep(first: Child): Promise<void> {
    let falls = 0
    const tell = createTeller(deps.say)
    for (let child = first; ; child = await launchAgain(child.spec)) {
      // One that hangs before it is ready is no better than one that fell.
      if (child !== first) void whenReady(child).catch(() => child.process.kill('SIGKILL'))
      const end = await child.ended
      if (stopping) return
      falls = end.ranMs > steadyMs ? 0 : falls + 1
      tell(fallOf(child, end.how), falls)
      for (const pid of child.helpers) kill(pid, 'SIGKILL')
      await sleep(pausesMs[Math.min(falls, pausesMs.length - 1)])
    }
  }

  return {
    async start(spec) {
      if (stopping) return await whenStopped()
      const child = launch(spec)
      const line = await whenReady(child).catch((error: unknown) => {
        if (stopping) return whenStopped()
        throw error
      })
      void keep(child)
      return line
    },
    async stop() {
      stopping = true
      clearInterval(turning)
      await endAll([...children.values()])
      write([])
    },
  }
}

/** Whoever asked for the end ends this process too: what was about to be started is not, and nobody hears of a failure. */
const whenStopped = () => new Promise<never>(() => undefined)

/** Says the same thing once, however often a child falls over it. */
function createTeller(say: SupervisorDeps['say']): (line: string, falls: number) => void {
  let said = ''
  return (line, falls) => {
    if (falls < 2 || line !== said) say(line)
    said = line
  }
}

const fallOf = (child: Child, how: string) =>
  `${child.spec.name} ended (${[how, ...lastWords(child)].join(': ')}); starting it again`

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** On a full disk the box goes on with the record that there is: a supervisor that ends leaves all its children behind. */
function createRecorder({ recordPath, say }: SupervisorDeps): (running: readonly Child[]) => void {
  let complaint = ''
  return running => {
    const before = complaint
    complaint = ''
    try {
      writeRecord(recordPath, running.flatMap(processesOf))
    } catch (error) {
      complaint = reasonOf(error)
      if (complaint !== before) say(`Warning: ${recordPath} cannot be written: ${complaint}`)
    }
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
