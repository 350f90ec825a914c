import { loadActorCode } from '../simulation/actor/code.ts'
import { enumerateCrashes } from '../simulation/enumerate.ts'
import { scenarios } from '../simulation/scenarios.ts'
import { simulate } from '../simulation/simulate.ts'
import type { Violation } from '../simulation/site.ts'
import { collectRejections } from '../simulation/world/timeline.ts'

/** What a mutant has to live through: so many seeds, then the crashes of a command. Ends with 1 as soon as it is caught. */
const seeds = Number(process.argv[2] ?? 16)
collectRejections()
const code = await loadActorCode()
for (let seed = 1; seed <= seeds; seed += 1) caughtBy(`seed ${seed}`, (await simulate(seed, code)).violation)
for (const scenario of scenarios.filter(({ name }) => name === 'commands')) {
  const { failed } = await enumerateCrashes(scenario, code, () => true)
  caughtBy(`crash in ${scenario.name}`, failed[0]?.violation ?? null)
}

function caughtBy(what: string, violation: Violation | null): void {
  if (!violation) return
  process.stdout.write(`${what} [${violation.rule}] ${violation.text.slice(0, 120).replaceAll('\n', ' ')}\n`)
  process.exit(1)
}
