import type { CapturedDetail } from '@headframe/protocol'
import { createEffect, createMemo, createSignal, For, on, Show, untrack } from 'solid-js'
import { useSite } from '../live/site.tsx'
import { countText } from '../parts/amount.ts'
import { Icon } from '../parts/Icon.tsx'
import { Notice } from '../parts/Notice.tsx'
import { Bytes } from './Bytes.tsx'
import { checkFacts } from './check-facts.ts'
import { jsonTree, type JsonNode } from './json-tree.ts'
import styles from './MessageDetail.module.css'
import { MessageTree } from './MessageTree.tsx'
import { timeText } from './MessageLine.tsx'

type Asked =
  | { readonly kind: 'asking' }
  | { readonly kind: 'told'; readonly message: CapturedDetail }
  | { readonly kind: 'failed'; readonly text: string }

/** One message: its fields, and the bytes they were made of. */
export function MessageDetail(props: { readonly seq: number; readonly onClose: () => void }) {
  const site = useSite()
  const [asked, setAsked] = createSignal<Asked>({ kind: 'asking' })
  const ask = async (seq: number) => {
    const answer = await site.ask({ kind: 'message', seq })
    if (seq === untrack(() => props.seq)) setAsked(askedOf(answer))
  }
  createEffect(on(() => props.seq, ask))
  const told = () => {
    const now = asked()
    return now.kind === 'told' ? now.message : null
  }
  const failure = () => {
    const now = asked()
    return now.kind === 'failed' ? now.text : null
  }
  return (
    <section class={styles.pane} aria-label="Message">
      <header class={styles.header}>
        <h2>Message {countText(props.seq)}</h2>
        <button type="button" class={styles.close} aria-label="Close the message" onClick={() => props.onClose()}>
          <Icon name="close" />
        </button>
      </header>
      <div class={styles.body}>
        <Show when={told()} fallback={<Notice title={failure() ?? 'Asking the relay'} />}>
          {message => <Told message={message()} />}
        </Show>
      </div>
    </section>
  )
}

function Told(props: { readonly message: CapturedDetail }) {
  const bytes = createMemo(() => bytesOf(props.message.rawBase64))
  const tree = createMemo(() => jsonTree(bytes()))
  const [chosen, setChosen] = createSignal<JsonNode | null>(null)
  createEffect(on(tree, () => setChosen(null), { defer: true }))
  return (
    <>
      <Facts message={props.message} />
      <Show when={props.message.parseError}>{text => <Notice kind="warn" title="Not decoded" text={text()} />}</Show>
      <Show when={tree()}>
        {tree => <MessageTree tree={tree()} method={props.message.method} chosen={chosen()} onChoose={setChosen} />}
      </Show>
      <OwnCheck decoded={props.message.decoded} />
      <Bytes bytes={bytes()} sizeBytes={props.message.sizeBytes} chosen={chosen()} />
    </>
  )
}

function Facts(props: { readonly message: CapturedDetail }) {
  const forwarded = () => {
    const { forwardedUs, receivedUs } = props.message
    return forwardedUs === null ? 'not forwarded' : `${countText(forwardedUs - receivedUs)} µs later`
  }
  return (
    <dl class={styles.facts}>
      <dt>What</dt>
      <dd>{props.message.summary}</dd>
      <dt>Way</dt>
      <dd>{props.message.direction === 'to-pool' ? 'miner to pool' : 'pool to miner'}</dd>
      <dt>Received</dt>
      <dd>{timeText(props.message.receivedAt)}</dd>
      <dt>Forwarded</dt>
      <dd>{forwarded()}</dd>
      <Show when={props.message.latencyUs}>
        {latencyUs => (
          <>
            <dt>Answered after</dt>
            <dd>{(latencyUs() / 1000).toFixed(2)} ms</dd>
          </>
        )}
      </Show>
    </dl>
  )
}

/** A share as we hash it ourselves, beside what the pool says of it. */
function OwnCheck(props: { readonly decoded: unknown }) {
  const facts = () => checkFacts(props.decoded)
  return (
    <Show when={facts().length > 0}>
      <div>
        <h3 class={styles.title}>Our own check</h3>
        <dl class={styles.facts}>
          <For each={facts()}>
            {fact => (
              <>
                <dt>{fact[0]}</dt>
                <dd>{fact[1]}</dd>
              </>
            )}
          </For>
        </dl>
      </div>
    </Show>
  )
}

function askedOf(answer: { readonly kind: string } & Partial<{ message: CapturedDetail | null; text: string }>): Asked {
  if (answer.kind === 'message' && answer.message) return { kind: 'told', message: answer.message }
  return { kind: 'failed', text: answer.text ?? 'The capture no longer has this message' }
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), char => char.charCodeAt(0))
  } catch {
    return new Uint8Array()
  }
}
