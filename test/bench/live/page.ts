import type { Page } from 'playwright'
import type { Lab } from '../lab.ts'
import { jumpC } from './changes.ts'

export interface ShownChange {
  readonly address: string
  readonly hotter: boolean
  /** When the page's document had it, just before it was painted; epoch ms of the same machine. */
  readonly at: number
}

/** Notes each time that the table of miners shows a chip much hotter or cooler than before. */
export async function watchPage(lab: Lab, page: Page): Promise<{ shown(): Promise<readonly ShownChange[]> }> {
  const notes = await page.evaluateHandle(jumpC => {
    const changes: { address: string; hotter: boolean; at: number }[] = []
    const last = new Map<string, number>()
    const look = () => {
      for (const cell of document.querySelectorAll('[role=gridcell][data-column=temp]')) {
        const address = cell.parentElement?.querySelector('[data-column=address]')?.textContent ?? ''
        const tempC = Number.parseFloat(cell.textContent)
        const before = last.get(address)
        if (before !== undefined && Math.abs(tempC - before) < jumpC) continue
        last.set(address, tempC)
        if (before !== undefined) changes.push({ address, hotter: tempC > before, at: Date.now() })
      }
    }
    look()
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
    return changes
  }, jumpC)
  lab.say(`a page shows ${await page.locator('[role=gridcell][data-column=temp]').count()} miners`)
  return { shown: () => notes.jsonValue() }
}
