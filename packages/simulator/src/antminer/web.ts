import { faultNamed } from '../fault.ts'
import type { AntminerModel } from '../model.ts'
import type { Inside } from '../protocol.ts'
import { factorySettings, type Configuration, type Settings } from './configuration.ts'

/** What the pages of the web server work with. */
export interface Web {
  readonly inside: Inside
  readonly model: AntminerModel
  configuration(): Configuration
  /** Keeps it, and starts the mining process anew with it. */
  configure(configuration: Configuration): void
}

export function webOf(inside: Inside, model: AntminerModel): Web {
  let settings: Settings = { ...factorySettings, frequency: String(model.frequencyMhz) }
  return {
    inside,
    model,
    configuration: () => ({ settings, pools: inside.snapshot().configured }),
    configure: configuration => {
      if (faultNamed(inside.snapshot().fault, 'ok-without-effect') !== null) return
      settings = configuration.settings
      inside.setPools(configuration.pools)
      inside.restartMining()
    },
  }
}
