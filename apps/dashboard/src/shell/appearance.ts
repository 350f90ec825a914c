import { createSignal } from 'solid-js'

export const appearances = ['system', 'light', 'dark'] as const
export type Appearance = (typeof appearances)[number]

const storageKey = 'headframe.appearance'
const [appearance, setSignal] = createSignal<Appearance>('system')

/** What this browser shows: a choice of the device, not of the person. */
export { appearance }

export function applyAppearance(): void {
  const kept = appearances.find(one => one === read())
  choose(kept ?? 'system')
}

export function chooseAppearance(next: Appearance): void {
  choose(next)
  try {
    localStorage.setItem(storageKey, next)
  } catch {
    // A browser that keeps nothing still shows what was chosen until it is closed.
  }
}

function choose(next: Appearance): void {
  setSignal(next)
  if (next === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = next
}

function read(): string | null {
  try {
    return localStorage.getItem(storageKey)
  } catch {
    return null
  }
}
