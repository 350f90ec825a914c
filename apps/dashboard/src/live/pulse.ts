import { pulse } from '@headframe/protocol'

export interface PulseDeps {
  readonly after: (delayMs: number, act: () => void) => () => void
  readonly ask: () => void
  /** Nothing came since it was last asked. */
  readonly dead: () => void
}

export interface Pulse {
  /** Something came, whatever it was. */
  heard(): void
  stop(): void
}

/** Finds out that a line is dead though its socket is still open, within two turns. */
export function makePulse(deps: PulseDeps): Pulse {
  let isOwed = false
  let cancel = deps.after(pulse.everyMs, turn)

  function turn(): void {
    if (isOwed) return deps.dead()
    isOwed = true
    deps.ask()
    cancel = deps.after(pulse.everyMs, turn)
  }

  return {
    heard: () => void (isOwed = false),
    stop: () => cancel(),
  }
}
