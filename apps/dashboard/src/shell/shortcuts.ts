import { useNavigate } from '@solidjs/router'
import { createSignal, onCleanup, onMount } from 'solid-js'
import { useSite } from '../live/site.tsx'

const storageKey = 'headframe.keys'
const [keysOn, setKeysOn] = createSignal(localStorage.getItem(storageKey) !== 'off')

/** Whether single letters act as commands: some people speak to their computer, and letters come by accident (WCAG 2.1.4). */
export { keysOn }

export function chooseKeys(on: boolean): void {
  setKeysOn(on)
  localStorage.setItem(storageKey, on ? 'on' : 'off')
}

const goTo: Readonly<Record<string, string>> = { o: '', m: '/miners', s: '/stratum', ',': '/settings' }
/** `g` waits this long for its second letter. */
const pairMs = 1500

/** True when a key press belongs to what is typed into, or to the browser. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true
  return (
    target instanceof HTMLElement &&
    target.closest('input, select, textarea, [role="dialog"], [role="alertdialog"]') !== null
  )
}

/** The keys that work on every page. */
export function createShortcuts(acts: { readonly showHelp: () => void }): void {
  const site = useSite()
  const navigate = useNavigate()
  let pairSince = Number.NEGATIVE_INFINITY

  const press = (event: KeyboardEvent) => {
    if (isTyping(event) || !keysOn()) return
    const path = event.timeStamp - pairSince < pairMs ? goTo[event.key] : undefined
    pairSince = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY
    if (path !== undefined) navigate(`/s/${site.id}${path}`)
    else if (event.key === '/') document.getElementById('search')?.focus()
    else if (event.key === '?') acts.showHelp()
    else return
    event.preventDefault()
  }

  onMount(() => document.addEventListener('keydown', press))
  onCleanup(() => document.removeEventListener('keydown', press))
}
