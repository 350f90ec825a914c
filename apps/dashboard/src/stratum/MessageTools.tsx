import { direction, type MessageFilter, type StratumSession } from '@headframe/protocol'
import { For, Show } from 'solid-js'
import { Button } from '../parts/Button.tsx'
import { Icon } from '../parts/Icon.tsx'
import { Health } from './Health.tsx'
import type { MessagesProps } from './Messages.tsx'
import styles from './MessageTools.module.css'

/** Filters, pause, and how the capture keeps up. */
export function MessageTools(props: MessagesProps) {
  return (
    <div class={styles.tools}>
      <Choices filter={props.filter} sessions={props.sessions} onFilter={props.onFilter} />
      <Words filter={props.filter} onFilter={props.onFilter} />
      <Button
        onClick={() => (props.tail.paused() ? props.tail.resume() : props.tail.pause())}
        aria-pressed={props.tail.paused()}
      >
        <Icon name={props.tail.paused() ? 'play' : 'pause'} size={14} />
        {props.tail.paused() ? 'Resume' : 'Pause'}
      </Button>
      <Health health={props.health} />
    </div>
  )
}

interface FilterProps {
  readonly filter: MessageFilter
  readonly onFilter: (next: Record<string, string | null>) => void
}

const directionWords = { 'to-pool': 'To the pool', 'to-miner': 'To the miner' } as const

function Choices(props: FilterProps & { readonly sessions: readonly StratumSession[] }) {
  return (
    <>
      <select
        class={styles.session}
        aria-label="Session"
        onChange={event => props.onFilter({ session: event.currentTarget.value || null })}
      >
        <option value="">All sessions</option>
        <For each={props.sessions}>
          {session => (
            <option value={session.id} selected={session.id === props.filter.session}>
              {session.worker ?? session.peer}
            </option>
          )}
        </For>
      </select>
      <select
        aria-label="Direction"
        onChange={event => props.onFilter({ direction: event.currentTarget.value || null })}
      >
        <option value="">Both ways</option>
        <For each={direction.options}>
          {way => (
            <option value={way} selected={way === props.filter.direction}>
              {directionWords[way]}
            </option>
          )}
        </For>
      </select>
    </>
  )
}

const methods = [
  'mining.submit',
  'mining.notify',
  'mining.set_difficulty',
  'mining.subscribe',
  'mining.authorize',
  'mining.configure',
  'mining.set_version_mask',
  'mining.set_extranonce',
  'client.reconnect',
] as const

function Words(props: FilterProps) {
  const shared = { autocapitalize: 'none', spellcheck: false } as const
  return (
    <>
      <input
        {...shared}
        aria-label="Method"
        list="stratum-methods"
        placeholder="Any method"
        maxlength={64}
        value={props.filter.method ?? ''}
        onChange={event => props.onFilter({ method: event.currentTarget.value.trim() || null })}
      />
      <datalist id="stratum-methods">
        <For each={methods}>{method => <option value={method} />}</For>
      </datalist>
      <Show when={props.filter.method || props.filter.text || props.filter.direction}>
        <Button
          kind="quiet"
          class={styles.clear ?? ''}
          onClick={() => props.onFilter({ method: null, text: null, direction: null })}
        >
          Clear
        </Button>
      </Show>
      <input
        {...shared}
        type="search"
        aria-label="Text in the line"
        placeholder="Text in the line"
        maxlength={128}
        value={props.filter.text ?? ''}
        onChange={event => props.onFilter({ text: event.currentTarget.value || null })}
      />
    </>
  )
}
