import { A, useLocation } from '@solidjs/router'
import { createEffect, createSignal, ErrorBoundary, For, Show, Suspense, type JSX } from 'solid-js'
import { useSession } from '../api/session.tsx'
import { useSite } from '../live/site.tsx'
import { Icon, type IconName } from '../parts/Icon.tsx'
import { Mark } from '../parts/Mark.tsx'
import { Banners } from './Banners.tsx'
import { Failed } from './Failed.tsx'
import { KeysHelp } from './KeysHelp.tsx'
import styles from './Shell.module.css'
import { createShortcuts } from './shortcuts.ts'
import { TopBar } from './TopBar.tsx'

const places: readonly { readonly path: string; readonly icon: IconName; readonly word: string }[] = [
  { path: '', icon: 'overview', word: 'Overview' },
  { path: '/miners', icon: 'miners', word: 'Miners' },
  { path: '/stratum', icon: 'stratum', word: 'Stratum' },
  { path: '/settings', icon: 'settings', word: 'Settings' },
]

/** What stays around every page of a site: the rail, the top bar, the banners. */
export function Shell(props: { readonly children?: JSX.Element }) {
  const site = useSite()
  const session = useSession()
  const location = useLocation()
  const [helpOpen, setHelpOpen] = createSignal(false)
  createShortcuts({ showHelp: () => setHelpOpen(true) })

  createEffect(() => {
    if (site.link().kind === 'signed-out') void session.load()
  })

  const stale = () => site.loaded() && site.link().kind !== 'live'
  const current = (path: string) => {
    const here = `/s/${site.id}${path}`
    return path === '' ? location.pathname === here : location.pathname.startsWith(here)
  }
  return (
    <div class={styles.shell}>
      <a class={styles.skip} href="#main">
        Skip to the page
      </a>
      <nav class={styles.rail} aria-label="Places">
        <A class={styles.brand} href={`/s/${site.id}`} aria-label="Headframe, overview" tabindex={-1}>
          <Mark size={26} />
          <span>Headframe</span>
        </A>
        <For each={places}>
          {place => (
            <A
              class={styles.place}
              href={`/s/${site.id}${place.path}`}
              end={place.path === ''}
              aria-current={current(place.path) ? 'page' : undefined}
            >
              <Icon name={place.icon} size={18} />
              <span>{place.word}</span>
            </A>
          )}
        </For>
      </nav>
      <TopBar onHelp={() => setHelpOpen(true)} />
      <div class={styles.body}>
        <Banners />
        <main id="main" class={styles.main} data-stale={stale() ? '' : undefined} tabindex={0}>
          <Show when={site.link().kind !== 'refused'}>
            <ErrorBoundary fallback={(error, again) => <Failed error={error} onAgain={again} />}>
              <Suspense>{props.children}</Suspense>
            </ErrorBoundary>
          </Show>
        </main>
      </div>
      <KeysHelp open={helpOpen()} onClose={() => setHelpOpen(false)} />
    </div>
  )
}
