import { For } from 'solid-js'
import { appearance, appearances, chooseAppearance } from '../shell/appearance.ts'
import { chooseKeys, keysOn } from '../shell/shortcuts.ts'
import styles from './Settings.module.css'

const words = { system: 'As the system', light: 'Light', dark: 'Dark' } as const

/** How this browser shows things; kept in it, not on the account. */
export function AppearancePage() {
  return (
    <section class={styles.card} aria-labelledby="appearance">
      <header class={styles.cardHead}>
        <h2 id="appearance">Appearance</h2>
        <span class={styles.note}>of this browser</span>
      </header>
      <fieldset class={styles.choices}>
        <legend>Light or dark</legend>
        <For each={appearances}>
          {one => (
            <label>
              <input
                type="radio"
                name="appearance-page"
                checked={appearance() === one}
                onChange={() => chooseAppearance(one)}
              />
              {words[one]}
            </label>
          )}
        </For>
      </fieldset>
      <fieldset class={styles.choices}>
        <legend>Keys</legend>
        <label>
          <input type="checkbox" checked={keysOn()} onChange={event => chooseKeys(event.currentTarget.checked)} />
          Single letters act as keys, such as j, k and x
        </label>
      </fieldset>
    </section>
  )
}
