import type { RelayStatus } from '@headframe/protocol'
import { batch, createSignal } from 'solid-js'
import type { Io } from '../io.ts'
import { CopyOfSite } from './copy-of-site.ts'

const quietMs = 900

/**
 * The copy of a site that is on screen, and the one that fills behind it after a reconnect: nothing blanks meanwhile.
 * What changed is told at most once for each animation frame, however much arrives.
 */
export function createShownCopy(io: Io) {
  const [copy, setCopy] = createSignal(new CopyOfSite(), { equals: false })
  const [loaded, setLoaded] = createSignal(false)
  const [tickedAt, setTickedAt] = createSignal(io.now())
  const [clockOffsetMs, setClockOffsetMs] = createSignal(0)
  /** Control's clock: that of a phone may be wrong. */
  const now = () => tickedAt() + clockOffsetMs()
  let filling: CopyOfSite | null = null
  let framePending = false

  const showFilled = () => {
    if (!filling?.complete(io.now())) return copy()
    const shown = filling
    filling = null
    setLoaded(true)
    return shown
  }

  const show = () => {
    framePending = false
    batch(() => {
      setTickedAt(io.now())
      const shown = showFilled()
      shown.settle()
      shown.fleet.judge(now())
      setCopy(shown)
    })
  }

  return {
    fleet: () => copy().fleet,
    loaded,
    /** Something is coming in that is not shown yet. */
    filling: () => filling !== null,
    now,
    /** Where what arrives goes. */
    target: () => filling ?? copy(),
    startOver: (controlNow: number, relays: readonly RelayStatus[]) => {
      setClockOffsetMs(controlNow - io.now())
      filling = new CopyOfSite(io.now())
      filling.fleet.relays = relays
    },
    setRelays: (relays: readonly RelayStatus[]) => {
      for (const one of [filling, copy()]) if (one) one.fleet.relays = relays
    },
    /** True when nothing was told for about a second: ages have to go on. */
    quiet: () => io.now() - tickedAt() >= quietMs,
    changed: (after: () => void) => {
      if (framePending) return
      framePending = true
      // oxlint-disable-next-line solid/reactivity -- runs later, on purpose outside any tracking
      io.nextFrame(() => {
        show()
        after()
      })
    },
  }
}
