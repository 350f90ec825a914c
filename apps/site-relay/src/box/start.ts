import { join } from 'node:path'
import type { ChildSpec } from './child.ts'
import { EnrolError } from '../enrol.ts'
import { build, built, root } from './build.ts'
import { joinLocalControl, makeCode } from './local-control.ts'
import { openDataFolder, type DataFolder } from './data-folder.ts'
import { planDemo } from './demo.ts'
import { readOptions, type BoxOptions } from './options.ts'
import { checkPort, freePort } from './port.ts'
import { endOrphans } from './process-record.ts'
import { checkRelayFiles, startFleetCore, startProxy } from './relay.ts'
import { stopOnSignal } from './stop.ts'
import { createSupervisor, type Supervisor } from './supervise.ts'

const say = (line: string) => void process.stdout.write(`${line}\n`)

/** `headframe start`: a relay and a local control on this box, joined, until a signal ends them. */
export async function start(words: readonly string[]): Promise<void> {
  const options = readOptions(words)
  const folder = openDataFolder(options.dataDir, options.keysDir)
  checkRelayFiles({ dataDir: folder.relay, configPath: ownConfigPath(folder) })
  const recordPath = join(folder.run, 'processes.json')
  const orphans = await endOrphans(recordPath)
  if (orphans > 0) say(`Ended ${orphans} process${orphans === 1 ? '' : 'es'} that an earlier start left behind.`)
  await checkPorts(options)
  await build(say)
  const supervisor = createSupervisor({ recordPath, logDir: folder.log, say })
  const stopped = stopOnSignal(supervisor, say)
  try {
    await startAll(options, folder, supervisor)
  } catch (error) {
    await supervisor.stop()
    throw error
  }
  await stopped
}

const ownConfigPath = (folder: DataFolder) => join(folder.relay, 'relay.json')

async function checkPorts(options: BoxOptions): Promise<void> {
  await checkPort(options.host, options.port, '--port')
  if (options.demo !== undefined) await checkPort('127.0.0.1', options.stratumPort, '--stratum-port')
}

/** The proxy first and the miners' core last: each finds there what it needs. */
async function startAll(options: BoxOptions, folder: DataFolder, supervisor: Supervisor): Promise<void> {
  const codes = { setup: makeCode(), join: makeCode() }
  const demo = options.demo === undefined ? undefined : await planDemo(options, folder)
  const configPath = demo?.configPath ?? ownConfigPath(folder)
  const place = { dataDir: folder.relay, keysDir: options.keysDir, configPath }
  const [ready] = await Promise.all([
    supervisor.start(controlSpec(options, folder, { ...codes, relayPort: await freePort() })),
    startProxy(place, supervisor).then(() => demo?.start(supervisor)),
  ])
  // First the core: it sets a damaged database right, and sees within a second that it has joined.
  await startFleetCore(place, supervisor)
  await joinLocalControl({ url: String(ready['relayUrl']), code: codes.join }, place).catch((error: unknown) => {
    // A control that will not take us is no reason to stop reading miners; data of ours that is damaged is.
    if (!(error instanceof EnrolError)) throw error
    say(`Warning: the relay is not joined to this control: ${error.message}`)
  })
  greet(options, String(ready['url']), ready['setUp'] === true ? undefined : codes.setup)
}

interface ControlSecrets {
  readonly setup: string
  readonly join: string
  /** The same after a fall, so that the relay finds control again. */
  readonly relayPort: number
}

function controlSpec(options: BoxOptions, folder: DataFolder, secrets: ControlSecrets): ChildSpec {
  const tls = options.tls === undefined ? [] : ['--tls-cert', options.tls.cert, '--tls-key', options.tls.key]
  const demo = options.demo === undefined ? [] : ['--demo']
  return {
    name: 'control',
    script: join(root, 'apps/control-worker/local/front.ts'),
    words: [
      '--data',
      folder.control,
      '--host',
      options.host,
      '--port',
      String(options.port),
      '--relay-port',
      String(secrets.relayPort),
      '--assets',
      built.dashboard,
      '--worker',
      built.worker,
      ...tls,
      ...demo,
    ],
    env: { HEADFRAME_SETUP_CODE: secrets.setup, HEADFRAME_LOCAL_CODE: secrets.join },
  }
}

function greet(options: BoxOptions, url: string, setupCode: string | undefined): void {
  const local = ['127.0.0.1', 'localhost', '::1'].includes(options.host)
  if (!local && options.tls === undefined) {
    say(
      `Warning: ${options.host} is open to the network without TLS; passwords can be read on the way. Use --tls-cert and --tls-key.`,
    )
  }
  if (setupCode === undefined) say(`\nHeadframe is running: ${url}`)
  else say(`\nHeadframe is running. Open ${url}/setup#code=${setupCode}\nSetup code, good once: ${setupCode}`)
  say('Ctrl-C ends it.')
}
