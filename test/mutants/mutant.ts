import { z } from 'zod'
import { createChance } from '../simulation/world/chance.ts'
import { changesOf, type Change } from './changes.ts'
import { mutated, strippedSource } from './sources.ts'

const mutant = z.object({
  file: z.string(),
  operator: z.string(),
  start: z.number(),
  end: z.number(),
  text: z.string(),
})
export type Mutant = z.infer<typeof mutant>

export const readMutant = (text: string): Mutant => mutant.parse(JSON.parse(text))

export function mutantText({ file, start, end, text }: Mutant): string {
  const source = strippedSource(file)
  return source.slice(0, start) + text + source.slice(end)
}

/** Names a mutant by what it changes, and not by where: it keeps its name while the file around it changes. */
export function nameOf({ file, start, end, text }: Mutant): string {
  const source = strippedSource(file)
  const line =
    source.slice(source.lastIndexOf('\n', start - 1) + 1, start) +
    '«' +
    source.slice(start, end) +
    '»' +
    restOfLine(source, end)
  return `${file}: ${short(line)} → «${short(text)}»`
}

export const lineOf = ({ file, start }: Mutant) => strippedSource(file).slice(0, start).split('\n').length

const restOfLine = (source: string, from: number) => {
  const end = source.indexOf('\n', from)
  return source.slice(from, end < 0 ? undefined : end)
}
const short = (text: string) => {
  const one = text.replaceAll(/\s+/g, ' ').trim()
  return one.length > 160 ? `${one.slice(0, 160)}…` : one
}

/** Mutants, the same for a seed: as many of each file as its turn brings, of operators and places as chance has it. */
export function chooseMutants(count: number, seed: number, without: (name: string) => boolean): Mutant[] {
  const chance = createChance(seed, 'mutants')
  const pools = new Map(mutated.map(file => [file, changesOf(strippedSource(file))]))
  const chosen: Mutant[] = []
  while (chosen.length < count && [...pools.values()].some(pool => pool.length > 0)) {
    for (const [file, pool] of pools) {
      const change = take(pool, chance)
      const made = change && { file, ...change }
      if (made && chosen.length < count && !without(nameOf(made))) chosen.push(made)
    }
  }
  return chosen
}

/** An operator first, so that the rare ones are not drowned by constants. */
function take(pool: Change[], { pick }: { pick: <T>(items: readonly T[]) => T }): Change | null {
  if (pool.length === 0) return null
  const operator = pick([...new Set(pool.map(change => change.operator))])
  const change = pick(pool.filter(each => each.operator === operator))
  pool.splice(pool.indexOf(change), 1)
  return change
}
