import { Navigate } from '@solidjs/router'
import { Show } from 'solid-js'
import { useMe, useSession } from '../api/session.tsx'
import { EntryPage } from '../entry/EntryPage.tsx'
import { Button } from '../parts/Button.tsx'

/** `/` leads to the first site that the person may see. */
export function ToFirstSite() {
  const me = useMe()
  const session = useSession()
  return (
    <Show
      when={me().sites[0]}
      fallback={
        <EntryPage
          title="No site yet"
          lead="You have no right to any site. Ask an owner of your organisation to give you one."
        >
          <Button onClick={() => void session.leave(false)}>Sign out</Button>
        </EntryPage>
      }
    >
      {site => <Navigate href={`/s/${site().id}`} />}
    </Show>
  )
}
