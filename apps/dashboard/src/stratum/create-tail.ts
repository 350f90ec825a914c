import type { CapturedMessage, MessageFilter } from '@headframe/protocol'
import { createEffect, createSignal, on, onCleanup, type Accessor } from 'solid-js'
import type { Tail } from '../live/create-wishes.ts'
import { useSite } from '../live/site.tsx'

/** A line of the list: a message, or the place where some were left out. */
export type TailLine =
  | { readonly kind: 'message'; readonly message: CapturedMessage }
  | { readonly kind: 'gap'; readonly skipped: number; readonly before: number }

/** Older ones fall out of the list; the capture keeps them. */
const longest = 5000
const firstMany = 300

/** Messages that match a filter: the last few hundred, then each as it is captured. */
export function createTail(filter: Accessor<MessageFilter>) {
  const site = useSite()
  const [lines, setLines] = createSignal<readonly TailLine[]>([])
  const [waiting, setWaiting] = createSignal<readonly TailLine[]>([])
  const [paused, setPaused] = createSignal(false)
  const [failure, setFailure] = createSignal<string | null>(null)
  const [loading, setLoading] = createSignal(true)

  const add = (before: readonly TailLine[], tail: Tail) => [...before, ...linesOf(tail, before)].slice(-longest)
  const take = (tail: Tail) =>
    paused() ? setWaiting(before => add(before, tail)) : setLines(before => add(before, tail))

  const askLast = async (asked: MessageFilter) => {
    const answer = await site.ask({ kind: 'messages', filter: asked, limit: firstMany })
    if (asked !== filter()) return
    setLoading(false)
    setFailure(answer.kind === 'failed' ? answer.text : null)
    if (answer.kind !== 'messages') return
    const known = linesOf({ messages: answer.messages.toReversed(), skipped: 0 }, [])
    setLines(after => [...known, ...after.filter(line => !isKnown(line, known))].slice(-longest))
  }

  createEffect(
    on(filter, filter => {
      setLines([])
      setWaiting([])
      setLoading(true)
      site.follow(filter, take)
      void askLast(filter)
    }),
  )
  onCleanup(() => site.follow(null, () => {}))

  return {
    lines,
    paused,
    failure,
    loading,
    /** Messages that came while paused. */
    waiting: () => waiting().filter(line => line.kind === 'message').length,
    pause: () => setPaused(true),
    resume: () => {
      setPaused(false)
      setLines(before => [...before, ...waiting()].slice(-longest))
      setWaiting([])
    },
  }
}

function linesOf(tail: Tail, before: readonly TailLine[]): TailLine[] {
  const last = lastSeq(before)
  const messages = tail.messages.filter(message => message.seq > last)
  const first = messages[0]
  const gap = tail.skipped > 0 && first ? [{ kind: 'gap' as const, skipped: tail.skipped, before: first.seq }] : []
  return [...gap, ...messages.map(message => ({ kind: 'message' as const, message }))]
}

function lastSeq(lines: readonly TailLine[]): number {
  const last = lines.findLast(line => line.kind === 'message')
  return last?.kind === 'message' ? last.message.seq : -1
}

function isKnown(line: TailLine, known: readonly TailLine[]): boolean {
  return line.kind === 'message' && line.message.seq <= lastSeq(known)
}
