import { A } from '@solidjs/router'
import { EntryPage } from '../entry/EntryPage.tsx'

export function NoSuchPage() {
  return (
    <EntryPage title="No such page" lead="The address may be old, or belong to a site that you have no right to.">
      <A href="/">Go to your site</A>
    </EntryPage>
  )
}
