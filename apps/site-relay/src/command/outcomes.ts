import type { Outcome } from '@headframe/protocol'

/** Nothing was sent to the miner. */
export const refused = (code: NonNullable<Outcome['code']>, text: string): Outcome => ({
  kind: 'refused',
  code,
  text,
  observed: {},
})

export const expired: Outcome = {
  kind: 'expired',
  code: 'expired',
  text: 'Its time to live ended before it began. Nothing was sent.',
  observed: {},
}

/** It may have acted [C2]. */
export const interrupted: Outcome = {
  kind: 'unknown',
  code: 'interrupted',
  text: 'The relay ended before this had a result. It may have acted; look at the miner.',
  observed: {},
}

/** It was sent to an earlier run of the relay, of whose journal nothing is left: it may have acted [C2]. */
export const forgotten: Outcome = {
  kind: 'unknown',
  code: 'interrupted',
  text: 'The relay was started anew and does not know this any more. It may have acted; look at the miner.',
  observed: {},
}

export const unwritten = refused(
  'disk-full',
  'The disk of the relay is full: the command could not be written down. Nothing was sent.',
)
