import { A } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { useMe } from '../api/session.tsx'
import { EntryPage } from '../entry/EntryPage.tsx'
import styles from './NoSuchSite.module.css'

/** For a site in the address that is not among those of the person; whether it exists is nobody's business [X6]. */
export function NoSuchSite() {
  const me = useMe()
  return (
    <EntryPage title="No such site" lead="The site in this address does not exist, or you have no right to it.">
      <Show when={me().sites.length > 0} fallback={<A href="/">Go to the start</A>}>
        <ul class={styles.sites} aria-label="Your sites">
          <For each={me().sites}>
            {site => (
              <li>
                <A href={`/s/${site.id}`}>{site.name}</A>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </EntryPage>
  )
}
