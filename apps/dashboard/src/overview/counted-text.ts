import type { Sum, Totals } from '../live/totals.ts'
import { countText } from '../parts/amount.ts'

type Counted = Pick<Totals, 'miners' | 'fresh'> & { readonly states: Pick<Totals['states'], 'unknown' | 'offline'> }

/**
 * `all 200 miners`, or how many are in a figure and why the others are not.
 * @param without what those do that are fresh and not in it
 */
export function countedText(sum: Sum | null, { miners, fresh, states }: Counted, without = 'do not tell it'): string {
  const counted = sum?.miners ?? 0
  if (counted === miners) return `all ${countText(miners)} miners`
  const missing = [
    { count: fresh - counted, word: without },
    { count: states.offline, word: 'offline' },
    { count: states.unknown, word: 'unknown' },
  ]
  const texts = missing.filter(({ count }) => count > 0).map(({ count, word }) => `${countText(count)} ${word}`)
  return [`${countText(counted)} miners`, ...texts].map(unbroken).join(', ')
}

/** Lines of a phone break between the reasons, not in them. */
const unbroken = (text: string) => text.replaceAll(' ', '\u00a0')
