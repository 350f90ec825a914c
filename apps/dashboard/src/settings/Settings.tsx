import { A, useParams } from '@solidjs/router'
import type { SiteEntry } from '@headframe/protocol'
import { createMemo, For, Match, Switch } from 'solid-js'
import { useMe } from '../api/session.tsx'
import { useSite } from '../live/site.tsx'
import { createTitle } from '../shell/create-title.ts'
import { Account } from './Account.tsx'
import { AppearancePage } from './AppearancePage.tsx'
import { People } from './People.tsx'
import { placesOf, type Place } from './places.ts'
import { NotesCard } from './NotesCard.tsx'
import { Relays } from './Relays.tsx'
import styles from './Settings.module.css'

export function Settings() {
  const site = useSite()
  const me = useMe()
  const params = useParams()
  const here = (): SiteEntry | undefined => me().sites.find(one => one.id === site.id)
  const pages = createMemo(() => placesOf(me(), site.id))
  const page = createMemo<Place>(() => {
    const asked = pages().find(one => one.path === params['page'])?.path
    return asked ?? pages().find(one => one.path === 'people')?.path ?? 'account'
  })
  createTitle(() => pages().find(one => one.path === page())?.word ?? 'Settings')
  return (
    <div class={styles.page}>
      <h1 class={styles.title}>Settings</h1>
      <nav class={styles.tabs} aria-label="Settings">
        <For each={pages()}>
          {one => (
            <A href={`/s/${site.id}/settings/${one.path}`} aria-current={page() === one.path ? 'page' : undefined}>
              {one.word}
            </A>
          )}
        </For>
      </nav>
      <Switch>
        <Match when={page() === 'people' && here()}>{here => <People org={here().org} />}</Match>
        <Match when={page() === 'relays' && here()}>
          {here => (
            <>
              <Relays org={here().org} />
              <NotesCard of={here().name} />
            </>
          )}
        </Match>
        <Match when={page() === 'account'}>
          <Account />
        </Match>
        <Match when={page() === 'appearance'}>
          <AppearancePage />
        </Match>
      </Switch>
    </div>
  )
}
