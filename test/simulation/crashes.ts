import { loadActorCode } from './actor/code.ts'
import { enumerateCrashes, type Enumerated } from './enumerate.ts'
import { scenarios } from './scenarios.ts'
import { collectRejections } from './world/timeline.ts'

/** `node test/simulation/crashes.ts [part of a name]`: every crash between two writes, of all scenarios or some. */
const [wanted = ''] = process.argv.slice(2)
collectRejections()
const code = await loadActorCode()
for (const scenario of scenarios.filter(({ name }) => name.includes(wanted))) {
  const startedAt = performance.now()
  const enumerated = await enumerateCrashes(scenario, code)
  if (process.send) await new Promise(sent => void process.send?.(enumerated, sent))
  else tell(enumerated, performance.now() - startedAt)
}
process.disconnect?.()

function tell({ scenario, writes, crashes, failed }: Enumerated, ms: number): void {
  process.stdout.write(
    `${scenario}: ${writes.relayDisk} writes of the relay, ${writes.actorDisk} of control; ` +
      `${crashes} crashes, ${failed.length} broke something; ${(ms / 1000).toFixed(1)} s\n`,
  )
  for (const { disk, write, side, violation, trace } of failed.slice(0, 3)) {
    const lines = trace.slice(-12).map(line => `    ${line.slice(0, 200)}`)
    process.stdout.write(
      `  ${side} write ${write} of ${disk}: [${violation?.rule}] ${violation?.text.slice(0, 600)}\n${lines.join('\n')}\n`,
    )
  }
  if (failed.length > 0) process.exitCode = 1
}
