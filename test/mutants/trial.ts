import { loadActorCode } from '../simulation/actor/code.ts'
import { enumerateCrashes } from '../simulation/enumerate.ts'
import { scenarios } from '../simulation/scenarios.ts'
import { simulate } from '../simulation/simulate.ts'
import type { Violation } from '../simulation/site.ts'
import { collectRejections } from '../simulation/world/timeline.ts'

/** First one site of each shape and each end, so that most mistakes are caught soon; then as they come. */
const first = [1, 12, 7, 5, 14]

/** What a mutant has to live through: so many seeds, then the crashes of a command. Ends with 1 as soon as it is caught. */
const count = Number(process.argv[2] ?? 16)
collectRejections()
const code = await loadActorCode()
const others = Array.from({ length: count }, (_, index) => index + 1).filter(seed => !first.includes(seed))
for (const seed of [...first, ...others].slice(0, count)) look(`seed ${seed}`, (await simulate(seed, code)).violation)
for (const scenario of count > first.length ? scenarios.filter(({ name }) => name === 'commands') : []) {
  await enumerateCrashes(scenario, code, ({ disk, write, side, violation }) => {
    look(`crash in ${scenario.name} ${side} write ${write} of ${disk}`, violation)
    return false
  })
}

/** Says how far it is: who waits for it knows that it does not hang. */
function look(what: string, violation: Violation | null): void {
  const said = violation ? `[${violation.rule}] ${violation.text.slice(0, 120).replaceAll('\n', ' ')}` : 'passed'
  process.stdout.write(`${what} ${said}\n`)
  if (violation) process.exit(1)
}
