import type { RelayEntry } from '@headframe/protocol'
import { For, Show } from 'solid-js'
import { useMe } from '../api/session.tsx'
import { useSite } from '../live/site.tsx'
import { clockText } from '../parts/amount.ts'
import { Button } from '../parts/Button.tsx'
import { RelayNotes } from '../parts/RelayNotes.tsx'
import styles from './Settings.module.css'

/** One of several machines of a relay. */
export interface RelayBox {
  readonly relay: RelayEntry
  readonly name: string
  readonly enrolledAt: number
  readonly fingerprint: string
}

export interface RelayActions {
  readonly revoke: (relay: RelayEntry) => void
  readonly addBox: (relay: RelayEntry) => void
  readonly removeBox: (box: RelayBox) => void
}

/** A relay, and its machines where it has more than one; `actions` for who may change it. */
export function RelayLine(props: { readonly relay: RelayEntry; readonly actions: RelayActions | null }) {
  const me = useMe()
  const site = useSite()
  const live = () => site.facts()?.relays.find(relay => relay.id === props.relay.id)
  const siteName = () => me().sites.find(one => one.id === props.relay.site)?.name ?? 'another site'
  const actions = () => (props.relay.revokedAt === null ? props.actions : null)
  const boxes = () => boxesOf(props.relay)
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
        <Show when={props.relay.revokedAt === null && live()}>
          {relay => <RelayNotes relay={relay()} now={site.now()} />}
        </Show>
      </span>
      <Show when={boxes().length === 0} fallback={<span />}>
        <Key fingerprint={props.relay.fingerprint} />
      </Show>
      <Show when={actions()} fallback={<span />}>
        {act => (
          <span class={styles.actions}>
            <Show when={boxes().length === 0}>
              <Button
                kind="quiet"
                aria-label={`Add a second box to ${props.relay.name}`}
                onClick={() => act().addBox(props.relay)}
              >
                Add a second box
              </Button>
            </Show>
            <Button kind="quiet" aria-label={`Revoke ${props.relay.name}`} onClick={() => act().revoke(props.relay)}>
              Revoke
            </Button>
          </span>
        )}
      </Show>
      <Show when={boxes().length > 0}>
        <ul class={styles.boxes} aria-label={`Boxes of ${props.relay.name}`}>
          <For each={boxes()}>{box => <BoxLine box={box} onRemove={actions()?.removeBox} />}</For>
        </ul>
      </Show>
    </li>
  )
}

/** None where there is only one: that is the relay itself. */
function boxesOf(relay: RelayEntry): readonly RelayBox[] {
  const { name, enrolledAt, fingerprint, standbys = [] } = relay
  return standbys.length === 0 ? [] : [{ name, enrolledAt, fingerprint }, ...standbys].map(box => ({ ...box, relay }))
}

function BoxLine(props: { readonly box: RelayBox; readonly onRemove: ((box: RelayBox) => void) | undefined }) {
  const site = useSite()
  return (
    <li>
      <span>
        box {props.box.name}, enrolled {clockText(props.box.enrolledAt, site.now())}
      </span>
      <Key fingerprint={props.box.fingerprint} />
      <Show when={props.onRemove}>
        {remove => (
          <Button kind="quiet" aria-label={`Remove the box ${props.box.name}`} onClick={() => remove()(props.box)}>
            Remove
          </Button>
        )}
      </Show>
    </li>
  )
}

function Key(props: { readonly fingerprint: string }) {
  return (
    <span class={styles.key} title="Last characters of its public key: the box prints the same">
      key ends in <code>{props.fingerprint}</code>
    </span>
  )
}
