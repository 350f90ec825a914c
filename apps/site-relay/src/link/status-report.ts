import type { RelayHealth } from '@headframe/protocol'

/** What a connection told of the relay's health: again when it changed, at most once a beat. */
export interface StatusReport {
  /** What is to be told now; null when there is nothing new, or it is too soon. */
  readonly due: () => RelayHealth | null
}

export interface StatusReportDeps {
  readonly health: () => RelayHealth
  readonly everyMs: number
  /** Monotonic ms. */
  readonly monotonic: () => number
}

export function createStatusReport({ health, everyMs, monotonic }: StatusReportDeps): StatusReport {
  let lookAt = -Infinity
  let told = ''
  return {
    due: () => {
      if (monotonic() < lookAt) return null
      lookAt = monotonic() + everyMs
      const now = health()
      const text = JSON.stringify(now)
      if (text === told) return null
      told = text
      return now
    },
  }
}
