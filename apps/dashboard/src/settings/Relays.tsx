import { includesRole, type OrgId, type RelayEntry } from '@headframe/protocol'
import { createSignal, For, Show } from 'solid-js'
import { calls } from '../api/calls.ts'
import { request } from '../api/request.ts'
import { useMe } from '../api/session.tsx'
import { useIo } from '../io.ts'
import { Button } from '../parts/Button.tsx'
import { Icon } from '../parts/Icon.tsx'
import { Notice } from '../parts/Notice.tsx'
import { AddBox } from './AddBox.tsx'
import { createList } from '../parts/create-list.ts'
import { EnrolRelay } from './EnrolRelay.tsx'
import { ListNotice } from './ListNotice.tsx'
import { RelayLine, type RelayActions, type RelayBox } from './RelayLine.tsx'
import { RemoveBox } from './RemoveBox.tsx'
import { RevokeRelay } from './RevokeRelay.tsx'
import styles from './Settings.module.css'

/** The boxes at the sites that may speak for their miners. */
export function Relays(props: { readonly org: OrgId }) {
  const io = useIo()
  const me = useMe()
  const relays = createList(async () => (await request(calls.relays(props.org), io.fetch)).relays)
  const [enrolling, setEnrolling] = createSignal(false)
  const [growing, setGrowing] = createSignal<RelayEntry | null>(null)
  const [removing, setRemoving] = createSignal<RelayBox | null>(null)
  const [revoking, setRevoking] = createSignal<RelayEntry | null>(null)
  const actions: RelayActions = { revoke: setRevoking, addBox: setGrowing, removeBox: setRemoving }
  const owner = () => includesRole(me().orgs.find(org => org.id === props.org)?.role ?? null, 'owner')
  const keep = () => {
    setEnrolling(false)
    setGrowing(null)
    setRemoving(null)
    setRevoking(null)
  }
  const changed = () => {
    keep()
    void relays.load()
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
        <For each={relays.entries()}>{relay => <RelayLine relay={relay} actions={owner() ? actions : null} />}</For>
      </ul>
      <EnrolRelay org={props.org} open={enrolling()} onClose={changed} />
      <AddBox org={props.org} relay={growing()} onClose={changed} />
      <RemoveBox org={props.org} box={removing()} onKeep={keep} onRemoved={changed} />
      <RevokeRelay org={props.org} relay={revoking()} onKeep={keep} onRevoked={changed} />
    </section>
  )
}
