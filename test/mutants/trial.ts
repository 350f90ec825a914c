import { loadActorCode } from '../simulation/actor/code.ts'
import { simulate } from '../simulation/simulate.ts'
import { collectRejections } from '../simulation/world/timeline.ts'

/** Ends with 1 and a line that says why as soon as something is broken, else with 0. */
const seeds = Number(process.argv[2] ?? 40)
collectRejections()
const code = await loadActorCode()
for (let seed = 1; seed <= seeds; seed += 1) {
  const { violation } = await simulate(seed, code)
  if (!violation) continue
  process.stdout.write(`seed ${seed} [${violation.rule}] ${violation.text.slice(0, 120).replaceAll('\n', ' ')}\n`)
  process.exit(1)
}
