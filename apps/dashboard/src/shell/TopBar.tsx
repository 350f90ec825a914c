import { useLocation, useNavigate } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { useMe, useSession } from '../api/session.tsx'
import { useSite } from '../live/site.tsx'
import { Button } from '../parts/Button.tsx'
import { Icon } from '../parts/Icon.tsx'
import { Freshness } from './Freshness.tsx'
import { PersonMenu } from './PersonMenu.tsx'
import { SearchBox } from './SearchBox.tsx'
import styles from './TopBar.module.css'

export function TopBar(props: { readonly onHelp: () => void }) {
  const site = useSite()
  const session = useSession()
  const location = useLocation()
  const demo = () => {
    const state = session.state()
    return (state.kind === 'signed-in' && state.demo) || (site.facts()?.relays ?? []).some(relay => relay.demo)
  }
  const searches = () => location.pathname === `/s/${site.id}/miners`
  return (
    <header class={styles.bar}>
      <div class={styles.left}>
        <SiteSwitcher />
        <Show when={demo()}>
          <span class={styles.demo} title="These miners are simulated">
            demo
          </span>
        </Show>
      </div>
      <div class={styles.search} data-needed={searches() ? '' : undefined}>
        <SearchBox />
      </div>
      <div class={styles.right}>
        <Freshness />
        <Button
          kind="quiet"
          class={styles.help ?? ''}
          aria-label="Help with keys and words"
          onClick={() => props.onHelp()}
        >
          <Icon name="help" />
        </Button>
        <PersonMenu />
      </div>
    </header>
  )
}

function SiteSwitcher() {
  const site = useSite()
  const me = useMe()
  const navigate = useNavigate()
  const name = () => site.facts()?.name ?? me().sites.find(one => one.id === site.id)?.name ?? ''
  return (
    <Show when={me().sites.length > 1} fallback={<span class={styles.site}>{name()}</span>}>
      <select class={styles.switcher} aria-label="Site" onChange={event => navigate(`/s/${event.currentTarget.value}`)}>
        <For each={me().sites}>
          {one => (
            <option value={one.id} selected={one.id === site.id}>
              {one.name}
            </option>
          )}
        </For>
      </select>
    </Show>
  )
}
