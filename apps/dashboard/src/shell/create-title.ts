import { createEffect } from 'solid-js'
import { useSite } from '../live/site.tsx'

/** Names the page in the browser's tab and history. */
export function createTitle(page: () => string): void {
  const site = useSite()
  createEffect(() => {
    const name = site.facts()?.name
    document.title = [page(), name, 'Headframe'].filter(part => part !== undefined && part !== '').join(' · ')
  })
}
