import { A } from '@solidjs/router'
import { Show } from 'solid-js'
import { useMe } from '../api/session.tsx'
import { useSite } from '../live/site.tsx'
import { Notice } from '../parts/Notice.tsx'
import { seesRelays } from '../settings/places.ts'
import styles from './NoMiners.module.css'

const exampleOfRanges = '{ "ranges": [{ "name": "hall 1", "addresses": "10.1.0.0/22" }] }'

/** In place of the miners of a site that has none: who looks for them, and where. */
export function NoMiners() {
  const site = useSite()
  const connected = () => (site.facts()?.relays ?? []).filter(relay => relay.silentSince === null)
  const names = () => connected().map(relay => relay.name)
  return (
    <Show when={connected().length > 0} fallback={<NoRelay />}>
      <Notice title="No miner is known yet">
        <div class={styles.how}>
          <p>
            {names().join(', ')} {names().length === 1 ? 'scans' : 'scan'} the ranges in{' '}
            <code>data/relay/relay.json</code> on the box, and no others. Miners appear here as they answer.
          </p>
          <p>If none of your networks is in that file yet, write them into it and start Headframe there again:</p>
          <pre class={styles.example}>{exampleOfRanges}</pre>
        </div>
      </Notice>
    </Show>
  )
}

function NoRelay() {
  const site = useSite()
  const me = useMe()
  return (
    <Notice title="No miner is known yet">
      <p>
        A relay at the site finds and reads the miners, and no relay is connected.{' '}
        <Show when={seesRelays(me(), site.id)} fallback="Ask an owner of your organisation to connect one.">
          See <A href={`/s/${site.id}/settings/relays`}>Settings → Relays</A>.
        </Show>
      </p>
    </Notice>
  )
}
