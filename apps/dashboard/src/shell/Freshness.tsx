import { createSignal, For, Show } from 'solid-js'
import type { RelayStatus } from '@headframe/protocol'
import { useSite } from '../live/site.tsx'
import { clockText, spanText } from '../parts/amount.ts'
import { relayNotes } from '../parts/relay-notes.ts'
import { RelayNotes } from '../parts/RelayNotes.tsx'
import { SiteNotes } from '../parts/SiteNotes.tsx'
import styles from './Freshness.module.css'

type Tone = 'good' | 'warn' | 'off'

/** How fresh the screen is, in one word; the relays behind it on a click. */
export function Freshness() {
  const site = useSite()
  const [open, setOpen] = createSignal(false)
  const relays = () => site.facts()?.relays ?? []
  const shown = (): { tone: Tone; word: string } => {
    switch (site.link().kind) {
      case 'connecting':
        return { tone: 'off', word: 'Connecting' }
      case 'waiting':
        return { tone: 'warn', word: 'Reconnecting' }
      case 'signed-out':
      case 'refused':
        return { tone: 'off', word: 'Closed' }
      case 'live':
        return relaysWord(relays(), site.now())
    }
  }
  return (
    <div class={styles.freshness}>
      <button type="button" class={styles.button} popovertarget="freshness">
        <Shape tone={shown().tone} />
        <span>{shown().word}</span>
      </button>
      <div
        id="freshness"
        popover="auto"
        class={styles.popover}
        role="dialog"
        aria-label="Connection"
        onToggle={event => setOpen(event.newState === 'open')}
      >
        <h2>Relays of this site</h2>
        <Show when={relays().length > 0} fallback={<p>None is enrolled yet.</p>}>
          <ul>
            <For each={relays()}>{relay => <Relay relay={relay} />}</For>
          </ul>
        </Show>
        <Show when={open()}>
          <h2>Notes</h2>
          <SiteNotes />
        </Show>
      </div>
    </div>
  )
}

function Relay(props: { readonly relay: RelayStatus }) {
  const site = useSite()
  return (
    <li>
      <strong>{props.relay.name}</strong>
      <span>{heardText(props.relay, site.now())}</span>
      <RelayNotes relay={props.relay} now={site.now()} />
      <span>
        Polls each miner every {spanText(props.relay.pollEveryMs)}; software {props.relay.software || 'unknown'}
      </span>
      <span>
        {props.relay.allowed.length === 0
          ? 'Monitor only: its policy allows no commands'
          : `Allows ${props.relay.allowed.join(', ')}`}
      </span>
    </li>
  )
}

/** Shape as well as colour: a full dot, a triangle, an empty dot. */
function Shape(props: { readonly tone: Tone }) {
  return (
    <svg class={styles[props.tone]} width="10" height="10" viewBox="0 0 12 12" aria-hidden="true">
      <Show when={props.tone === 'good'}>
        <circle cx="6" cy="6" r="5" fill="currentColor" />
      </Show>
      <Show when={props.tone === 'warn'}>
        <path d="M6 1l5.5 10H.5z" fill="currentColor" />
      </Show>
      <Show when={props.tone === 'off'}>
        <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" stroke-width="1.7" />
      </Show>
    </svg>
  )
}

function relaysWord(relays: readonly RelayStatus[], now: number): { tone: Tone; word: string } {
  const silent = relays.filter(relay => relay.silentSince !== null).length
  if (relays.length === 0) return { tone: 'off', word: 'No relay' }
  if (silent === 0) return troubleOf(relays, now) ?? { tone: 'good', word: 'Live' }
  if (silent === relays.length) return { tone: 'warn', word: silent === 1 ? 'Relay silent' : 'Relays silent' }
  return { tone: 'warn', word: `${silent} of ${relays.length} relays silent` }
}

function troubleOf(relays: readonly RelayStatus[], now: number): { tone: Tone; word: string } | null {
  const word = relays.flatMap(relay => relayNotes(relay, now)).find(note => note.word !== undefined)?.word
  return word === undefined ? null : { tone: 'warn', word }
}

function heardText(relay: RelayStatus, now: number): string {
  if (relay.silentSince !== null) return `Silent since ${clockText(relay.silentSince, now)}`
  return relay.lastHeardAt === null ? 'Connected' : `Connected, heard ${spanText(now - relay.lastHeardAt)} ago`
}
