import type { CaptureHealth, StratumSession } from '@headframe/protocol'
import { createEffect, createSignal, onCleanup } from 'solid-js'
import { useIo } from '../io.ts'
import { useSite } from '../live/site.tsx'

const everyMs = 3000
const mostSessions = 500

/** The sessions through the proxy, asked for again every few seconds while someone looks. */
export function createSessions() {
  const site = useSite()
  const io = useIo()
  const [sessions, setSessions] = createSignal<readonly StratumSession[]>([])
  const [health, setHealth] = createSignal<CaptureHealth | null>(null)
  const [failure, setFailure] = createSignal<string | null>(null)
  const [loading, setLoading] = createSignal(true)
  let asking = false

  const load = async () => {
    if (asking || site.link().kind !== 'live') return
    asking = true
    const answer = await site.ask({ kind: 'sessions', limit: mostSessions })
    asking = false
    setLoading(false)
    setFailure(answer.kind === 'failed' ? answer.text : null)
    if (answer.kind !== 'sessions') return
    setSessions(answer.sessions)
    setHealth(answer.health)
  }

  createEffect(() => {
    if (site.link().kind === 'live') void load()
  })
  onCleanup(io.every(everyMs, () => void load()))
  return { sessions, health, failure, loading }
}
