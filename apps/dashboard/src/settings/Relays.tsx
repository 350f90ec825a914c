import { includesRole, type OrgId, type RelayEntry } from '@headframe/protocol'
import { createSignal, For, Show } from 'solid-js'
import { calls } from '../api/calls.ts'
import { request } from '../api/request.ts'
import { useMe } from '../api/session.tsx'
import { useIo } from '../io.ts'
import { useSite } from '../live/site.tsx'
import { clockText } from '../parts/amount.ts'
import { Button } from '../parts/Button.tsx'
import { createSubmit } from '../parts/create-submit.ts'
import { Confirm } from '../parts/Confirm.tsx'
import { Icon } from '../parts/Icon.tsx'
import { Notice } from '../parts/Notice.tsx'
import { RelayNotes } from '../parts/RelayNotes.tsx'
import { createList } from './create-list.ts'
import { ListNotice } from './ListNotice.tsx'
import { EnrolRelay } from './EnrolRelay.tsx'
import styles from './Settings.module.css'

/** The boxes at the sites that may speak for their miners. */
export function Relays(props: { readonly org: OrgId }) {
  const io = useIo()
  const me = useMe()
  const relays = createList(async () => (await request(calls.relays(props.org), io.fetch)).relays)
  const [enrolling, setEnrolling] = createSignal(false)
  const [revoking, setRevoking] = createSignal<RelayEntry | null>(null)
  const owner = () => includesRole(me().orgs.find(org => org.id === props.org)?.role ?? null, 'owner')
  const revoke = createSubmit(async (relay: RelayEntry) => {
    await request(calls.revokeRelay(props.org, relay.id), io.fetch)
    setRevoking(null)
    await relays.load()
  })
  const revokeIt = () => {
    const relay = revoking()
    if (relay) revoke.submit(relay)
  }
  return (
    <section class={styles.card} aria-labelledby="relays">
      <header class={styles.cardHead}>
        <h2 id="relays">Relays</h2>
        <Show when={owner()}>
          <Button kind="primary" onClick={() => setEnrolling(true)}>
            <Icon name="plus" size={14} /> Enrol a relay
          </Button>
        </Show>
      </header>
      <ListNotice list={relays} what="Relays" />
      <Show when={!relays.loading() && relays.failure() === null && relays.entries().length === 0}>
        <Notice title="No relay yet" text="A relay at the site finds and reads the miners, and dials out to here." />
      </Show>
      <ul>
        <For each={relays.entries()}>
          {relay => <RelayLine relay={relay} revocable={owner()} onRevoke={() => setRevoking(relay)} />}
        </For>
      </ul>
      <EnrolRelay
        org={props.org}
        open={enrolling()}
        onClose={() => {
          setEnrolling(false)
          void relays.load()
        }}
      />
      <Confirm
        open={revoking() !== null}
        title={`Revoke ${revoking()?.name ?? ''}?`}
        text="Its key is refused from now on, for good, and its miners become unknown. The box itself goes on polling; to bring it back, enrol it anew."
        keep="Keep"
        go="Revoke"
        busy={revoke.busy()}
        failure={revoke.failure()?.message}
        onKeep={() => setRevoking(null)}
        onGo={revokeIt}
      />
    </section>
  )
}

function RelayLine(props: { readonly relay: RelayEntry; readonly revocable: boolean; readonly onRevoke: () => void }) {
  const me = useMe()
  const site = useSite()
  const live = () => site.facts()?.relays.find(relay => relay.id === props.relay.id)
  const siteName = () => me().sites.find(one => one.id === props.relay.site)?.name ?? 'another site'
  const status = () => {
    const { revokedAt } = props.relay
    if (revokedAt !== null) return `revoked ${clockText(revokedAt, site.now())}`
    const known = live()
    if (!known) return 'never connected, or at another site'
    return known.silentSince === null ? 'connected' : `silent since ${clockText(known.silentSince, site.now())}`
  }
  return (
    <li class={styles.line} classList={{ [styles.off ?? '']: props.relay.revokedAt !== null }}>
      <span class={styles.who}>
        <strong>{props.relay.name}</strong>
        <span>
          {siteName()}, {status()}, enrolled {clockText(props.relay.enrolledAt, site.now())}
        </span>
        <For each={props.relay.standbys ?? []}>
          {box => (
            <span>
              second box {box.name}, enrolled {clockText(box.enrolledAt, site.now())}, key ends in{' '}
              <code>{box.fingerprint}</code>
            </span>
          )}
        </For>
        <Show when={props.relay.revokedAt === null && live()}>
          {relay => <RelayNotes relay={relay()} now={site.now()} />}
        </Show>
      </span>
      <span title="Last characters of its public key: the box prints the same">
        key ends in <code>{props.relay.fingerprint}</code>
      </span>
      <Show when={props.revocable && props.relay.revokedAt === null} fallback={<span />}>
        <Button kind="quiet" aria-label={`Revoke ${props.relay.name}`} onClick={() => props.onRevoke()}>
          Revoke
        </Button>
      </Show>
    </li>
  )
}
