import type { Answer, Ask } from '@headframe/protocol'
import { detailOf } from './detail.ts'
import type { Recorder } from './recorder.ts'
import { searchMessages } from './search.ts'
import type { PageQuery } from './segment.ts'
import type { CaptureStore } from './store.ts'

export interface AnswerDeps {
  readonly recorder: Recorder
  readonly store: CaptureStore
  readonly nowMs: () => number
  readonly pause: () => Promise<void>
}

/** Answers one question after the other, so that many searches do not add up to a stop of the capture. */
export function createAnswerer(deps: AnswerDeps): (ask: Ask) => Promise<Answer> {
  let turn: Promise<unknown> = Promise.resolve()
  return ask => {
    if (ask.kind !== 'messages') return Promise.resolve(answerNow(ask, deps))
    const mine = turn.then(() => search(ask, deps))
    turn = mine.catch(() => undefined)
    return mine
  }
}

function answerNow(ask: Exclude<Ask, { kind: 'messages' }>, { recorder, store }: AnswerDeps): Answer {
  switch (ask.kind) {
    case 'sessions':
      return { kind: 'sessions', sessions: recorder.sessions(ask.limit), health: recorder.health() }
    case 'session':
      return { kind: 'session', session: recorder.session(ask.session) }
    case 'message': {
      recorder.flush()
      const entry = store.messages.message(ask.seq)
      return { kind: 'message', message: entry === null ? null : detailOf(entry) }
    }
    case 'reading':
      return { kind: 'failed', code: 'bad-ask', text: 'the capture knows no readings' }
  }
}

async function search(ask: Extract<Ask, { kind: 'messages' }>, deps: AnswerDeps): Promise<Answer> {
  const { recorder, store, nowMs, pause } = deps
  recorder.flush()
  const before = ask.before ?? Number.MAX_SAFE_INTEGER
  const page = (query: PageQuery) => store.messages.page(query)
  const found = await searchMessages({ filter: ask.filter, before, limit: ask.limit }, { page, nowMs, pause })
  return { kind: 'messages', messages: [...found.messages], more: found.more, before: found.before }
}
