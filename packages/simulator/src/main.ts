import { commandLine, type CommandLine } from './command-line.ts'
import { startControl } from './control.ts'
import { mostListenedTo, noShares } from './site-settings.ts'
import { startSite, type SimulatedSite } from './site.ts'
import { startPool } from './stratum/index.ts'

// A whole site on loopback: `node packages/simulator/src/main.ts --miners 200 --demo-faults`

try {
  await run(commandLine(process.argv.slice(2)))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  // Standard input that is still open would keep the program alive.
  process.stdin.destroy()
}

async function run(asked: CommandLine): Promise<void> {
  const ended = untilEnded(asked)
  await using stack = new AsyncDisposableStack()
  const isLarge = asked.miners > mostListenedTo
  if (isLarge && !asked['no-stratum']) process.stderr.write(`${noShares}\n`)
  const stratum = !isLarge && !asked['no-stratum']
  const pool = !stratum
    ? null
    : stack.adopt(await startPool({ port: asked['pool-port'], seed: asked.seed }), started => started.close())
  const poolUrl = pool?.url ?? 'stratum+tcp://127.0.0.1:3333'
  const site = stack.adopt(await startSite({ ...settingsOf(asked, poolUrl), stratum }), started => started.close())
  const control = stack.use(await startControl(site, pool, asked['control-port']))
  const ready = { ready: true, pool: poolUrl, range: rangeOf(site), ports: site.ports, control: control.url }
  process.stdout.write(`${JSON.stringify(ready)}\n`)
  await ended
}

function settingsOf(asked: CommandLine, poolUrl: string) {
  const first = { url: asked['stratum-url'] ?? poolUrl, user: asked.user }
  return {
    miners: asked.miners,
    seed: asked.seed,
    firstAddress: asked['first-address'],
    ports: { 80: asked['http-port'], 4028: asked['cgminer-port'], 4433: asked['whatsminer-port'] },
    // The second is the pool itself, so that miners reach one when the proxy is down.
    pools: [first, { url: poolUrl, user: asked.user }],
    sharesPerMinute: asked['shares-per-minute'],
    rebootMs: asked['reboot-ms'],
    demoFaults: asked['demo-faults'],
  }
}

function rangeOf(site: SimulatedSite): string {
  return site.count === 0 ? '' : `${site.at(0).address}-${site.at(site.count - 1).address}`
}

function untilEnded(asked: CommandLine): Promise<void> {
  return new Promise(resolve => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
    if (!asked['exit-with-stdin']) return
    process.stdin.once('close', resolve)
    process.stdin.resume()
  })
}
