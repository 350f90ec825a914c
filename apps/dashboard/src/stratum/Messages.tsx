import type { CaptureHealth, MessageFilter, StratumSession } from '@headframe/protocol'
import { createEffect, createMemo, For, on, Show } from 'solid-js'
import { countText, plural } from '../parts/amount.ts'
import { createLines } from '../parts/create-lines.ts'
import { createMedia } from '../parts/create-media.ts'
import { Notice } from '../parts/Notice.tsx'
import { createMessageKeys } from './create-message-keys.ts'
import type { createTail } from './create-tail.ts'
import { MessageLine } from './MessageLine.tsx'
import { MessageTools } from './MessageTools.tsx'
import styles from './Messages.module.css'

export interface MessagesProps {
  readonly tail: ReturnType<typeof createTail>
  readonly filter: MessageFilter
  readonly sessions: readonly StratumSession[]
  readonly health: CaptureHealth | null
  readonly chosen: number | null
  readonly onFilter: (next: Record<string, string | null>) => void
  readonly onChoose: (seq: number) => void
}

/** Messages as they pass, newest below. Scrolling up stops the list; resuming jumps to the end. */
export function Messages(props: MessagesProps) {
  return (
    <section class={styles.pane} aria-label="Messages">
      <MessageTools {...props} />
      <MessageList {...props} />
      <Show when={props.tail.paused()}>
        <button type="button" class={styles.resume} onClick={() => props.tail.resume()}>
          Paused, {plural(props.tail.waiting(), 'new message')}. Resume
        </button>
      </Show>
    </section>
  )
}

const linePx = 26
const touchLinePx = 44

function MessageList(props: MessagesProps) {
  const touch = createMedia('(pointer: coarse), (width < 640px)')
  const workers = createMemo(() => new Map(props.sessions.map(session => [session.id, session.worker ?? session.peer])))
  let scroller: HTMLDivElement | undefined
  const lines = () => props.tail.lines()
  const virtual = createLines({
    count: () => lines().length,
    scroller: () => scroller,
    linePx: () => (touch() ? touchLinePx : linePx),
  })
  const choose = (seq: number) => {
    props.tail.pause()
    props.onChoose(seq)
  }
  const press = createMessageKeys({
    lines,
    chosen: () => props.chosen,
    choose: (seq, index) => {
      choose(seq)
      virtual.show(index)
    },
  })
  const showLast = () => {
    if (!props.tail.paused() && lines().length > 0) virtual.show(lines().length - 1, 'end')
  }
  createEffect(on(lines, showLast))
  return (
    <div
      ref={scroller}
      class={styles.scroller}
      tabindex={0}
      // A list without items is none.
      role={lines().length > 0 ? 'list' : 'group'}
      aria-label="Captured messages, newest last"
      onWheel={event => (event.deltaY < 0 ? props.tail.pause() : undefined)}
      onTouchMove={() => props.tail.pause()}
      onKeyDown={press}
    >
      <div role="presentation" class={styles.lines} style={{ height: `${virtual.heightPx()}px` }}>
        <For each={virtual.elements()}>
          {element => (
            <Show when={virtual.lineOf(element) !== null}>
              <div
                role="listitem"
                class={styles.place}
                style={{ transform: `translateY(${virtual.topPx(virtual.lineOf(element) ?? 0)}px)` }}
              >
                <Line {...props} index={virtual.lineOf(element) ?? 0} workers={workers()} onChoose={choose} />
              </div>
            </Show>
          )}
        </For>
      </div>
      <Show when={lines().length === 0}>
        <Empty loading={props.tail.loading()} failure={props.tail.failure()} />
      </Show>
    </div>
  )
}

function Line(props: MessagesProps & { readonly index: number; readonly workers: ReadonlyMap<string, string> }) {
  const line = () => props.tail.lines()[props.index]
  const message = () => {
    const shown = line()
    return shown?.kind === 'message' ? shown.message : null
  }
  const skipped = () => {
    const shown = line()
    return shown?.kind === 'gap' ? shown.skipped : null
  }
  return (
    <Show
      when={message()}
      fallback={<Show when={skipped()}>{skipped => <p class={styles.gap}>{countText(skipped())} skipped</p>}</Show>}
    >
      {message => (
        <MessageLine
          message={message()}
          worker={props.workers.get(message().session) ?? message().session}
          chosen={props.chosen === message().seq}
          onChoose={() => props.onChoose(message().seq)}
        />
      )}
    </Show>
  )
}

function Empty(props: { readonly loading: boolean; readonly failure: string | null }) {
  return (
    <Show when={!props.loading} fallback={<Notice title="Asking the relay" />}>
      <Show
        when={props.failure}
        fallback={<Notice title="No message matches" text="New ones appear here as they pass." />}
      >
        {text => <Notice title="Messages cannot be shown" text={text()} />}
      </Show>
    </Show>
  )
}
