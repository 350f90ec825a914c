import type { Problem } from '@headframe/protocol'

/** What a machine says of a problem, as one sentence: `hashboard 1: Its frequency is too low (code 591).` */
export function problemTold({ component, text, vendorCode }: Problem): string {
  const said = [component, text].filter(isTold).join(': ')
  if (!isTold(vendorCode)) return said
  if (said === '') return `code ${vendorCode}`
  const stop = said.endsWith('.') ? '.' : ''
  return `${stop ? said.slice(0, -1) : said} (code ${vendorCode})${stop}`
}

const isTold = (part: string | null): part is string => part !== null && part !== ''
