import { createMemo, createSignal, For, onCleanup, Show } from 'solid-js'
import { useIo } from '../io.ts'
import { useSite } from '../live/site.tsx'
import { allRows } from '../live/totals.ts'
import { clockText, plural } from '../parts/amount.ts'
import { Button } from '../parts/Button.tsx'
import styles from './Banners.module.css'

/** A cut shorter than this is mended before anyone could read of it. */
const quietMs = 2000

/** Says since when what is on screen is not the present. */
export function Banners() {
  const site = useSite()
  const io = useIo()
  const [now, setNow] = createSignal(io.now())
  const cutSince = createMemo(() => {
    const link = site.link()
    site.now()
    return link.kind === 'waiting' && now() - link.since > quietMs ? link.since : null
  })
  const refused = () => {
    const link = site.link()
    return link.kind === 'refused' ? link.reason : null
  }
  const silent = createMemo(() => (site.facts()?.relays ?? []).filter(relay => relay.silentSince !== null))
  onCleanup(io.every(1000, () => setNow(io.now())))
  return (
    <div class={styles.banners} role="status">
      <Show when={cutSince()}>
        {since => (
          <div class={styles.banner}>
            <p>
              <strong>No connection since {clockText(since(), now())}.</strong> What you see is from then. Trying again.
            </p>
            <Button onClick={() => site.hurry()}>Try now</Button>
          </div>
        )}
      </Show>
      <Show when={refused()}>
        {reason => (
          <div class={styles.banner}>
            <p>
              <strong>This site cannot be shown:</strong> {reason()}.
            </p>
          </div>
        )}
      </Show>
      <For each={site.link().kind === 'live' ? silent() : []}>
        {relay => (
          <div class={styles.banner}>
            <p>
              <strong>
                Relay {relay.name} is silent since {clockText(relay.silentSince ?? 0, site.now())}.
              </strong>{' '}
              <Show when={minersOf(relay.id)}>
                {miners => <>Its {plural(miners(), 'miner')} are unknown; they may well be hashing.</>}
              </Show>
            </p>
          </div>
        )}
      </For>
    </div>
  )

  function minersOf(relay: string): number {
    const fleet = site.fleet()
    let count = 0
    for (const row of allRows(fleet)) if (fleet.relayOf(row)?.id === relay) count++
    return count
  }
}
