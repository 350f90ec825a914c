import { useNavigate } from '@solidjs/router'
import { createSignal, For } from 'solid-js'
import { useMe, useSession } from '../api/session.tsx'
import { useSite } from '../live/site.tsx'
import { Button } from '../parts/Button.tsx'
import { createSubmit } from '../parts/create-submit.ts'
import { Confirm } from '../parts/Confirm.tsx'
import { Icon } from '../parts/Icon.tsx'
import { appearance, appearances, chooseAppearance } from './appearance.ts'
import styles from './PersonMenu.module.css'

const appearanceWords = { system: 'As the system', light: 'Light', dark: 'Dark' } as const

export function PersonMenu() {
  const me = useMe()
  const site = useSite()
  const session = useSession()
  const navigate = useNavigate()
  const [asking, setAsking] = createSignal(false)
  const leaving = createSubmit((everywhere: boolean) => session.leave(everywhere))
  const close = () => document.getElementById('person-menu')?.hidePopover()
  const go = (path: string) => {
    close()
    navigate(`/s/${site.id}${path}`)
  }
  return (
    <>
      <button type="button" class={styles.button} popovertarget="person-menu" aria-label={`You: ${me().name}`}>
        <Icon name="person" size={18} />
        <span>{me().name}</span>
      </button>
      <div id="person-menu" popover="auto" class={styles.menu} role="dialog" aria-label="You">
        <p class={styles.who}>
          <strong>{me().name}</strong>
          <span>
            {me().login}, {site.facts()?.role ?? 'no role'} here
          </span>
        </p>
        <Appearance />
        <Button kind="quiet" onClick={() => go('/settings/account')}>
          Change password
        </Button>
        <Button kind="quiet" busy={leaving.busy()} onClick={() => leaving.submit(false)}>
          Sign out
        </Button>
        <Button
          kind="quiet"
          onClick={() => {
            close()
            setAsking(true)
          }}
        >
          Sign out everywhere
        </Button>
      </div>
      <Confirm
        open={asking()}
        title="Sign out everywhere"
        text="Ends every session of yours, on this and all other computers and phones."
        keep="Stay"
        go="Sign out everywhere"
        kind="primary"
        busy={leaving.busy()}
        failure={leaving.failure()?.message}
        onKeep={() => setAsking(false)}
        onGo={() => leaving.submit(true)}
      />
    </>
  )
}

function Appearance() {
  return (
    <fieldset class={styles.appearance}>
      <legend>Appearance</legend>
      <For each={appearances}>
        {one => (
          <label>
            <input
              type="radio"
              name="appearance"
              checked={appearance() === one}
              onChange={() => chooseAppearance(one)}
            />
            {appearanceWords[one]}
          </label>
        )}
      </For>
    </fieldset>
  )
}
