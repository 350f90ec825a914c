import type { MinerId, Reading } from '@headframe/protocol'
import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from 'solid-js'
import { useSite } from '../live/site.tsx'

export interface LastReading {
  readonly reading: Reading | null
  /** Why there is none, as a sentence. */
  readonly failure: string | null
  readonly loading: boolean
}

const waiting: LastReading = { reading: null, failure: null, loading: true }

/** The last reading of a miner, asked for once and then kept fresh while it is watched. */
export function createReading(miner: Accessor<MinerId>): Accessor<LastReading> {
  const site = useSite()
  const [asked, setAsked] = createSignal<LastReading & { readonly miner: MinerId | null }>({ ...waiting, miner: null })

  const ask = async (id: MinerId) => {
    setAsked({ ...waiting, miner: id })
    const answer = await site.ask({ kind: 'reading', miner: id })
    if (asked().miner !== id) return
    if (answer.kind === 'reading') setAsked({ miner: id, reading: answer.reading, failure: null, loading: false })
    else if (answer.kind === 'failed') setAsked({ miner: id, reading: null, failure: answer.text, loading: false })
  }

  createEffect(
    on(miner, id => {
      site.watch(id)
      void ask(id)
    }),
  )
  onCleanup(() => site.watch(null))

  return createMemo(() => {
    const pushed = site.detail()
    const answered = asked()
    if (pushed?.miner !== miner() || (answered.reading && answered.reading.at > pushed.reading.at)) return answered
    return { reading: pushed.reading, failure: null, loading: false }
  })
}
