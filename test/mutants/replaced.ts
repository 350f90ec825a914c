/** Mutants that are no mistake, or none that a simulation could see, each by its whole name: others take their place. */
const replaced: ReadonlyMap<string, string> = new Map([
  [
    'apps/site-relay/src/store/acknowledgements.ts: if (fresh.size === 0 && journal.count() «<=» mostEvents) return → «<»',
    'With as many as are kept and nothing new, what follows writes nothing.',
  ],
  [
    'apps/site-relay/src/lease/keeper.ts: const isGiverAway = () => answeredAt === null && world.monotonic() «>=» askedFrom + reservedMs → «>»',
    'In the very millisecond of the end either answer is right.',
  ],
  [
    "apps/control-worker/src/site/events.ts: if (relay.quarantined «>» before.quarantined) pruneTold(deps.sql, 'quarantine', relay.id) → «>=»",
    'Looks for what is too much when nothing was added: there is none.',
  ],
  [
    'apps/site-relay/src/link/beats.ts: for (const [cohort, leader] of leaders) leader.resume(known.get(cohort) ?? { epoch: «0», seq: 0 }) → «1»',
    'No beat has the number 0, in whatever epoch.',
  ],
  [
    'apps/site-relay/src/link/beats.ts: leader.resume(known.get(cohort) ?? { epoch: «0», seq: 0 }) → «1»',
    'No beat has the number 0, in whatever epoch.',
  ],
  [
    'apps/site-relay/src/lease/keeper.ts: until === undefined || until === Infinity ? null : Math.min(leaseMs, Math.max(«0», Math.round(until - now))) → «1»',
    'A millisecond in a figure for people.',
  ],
  [
    'packages/protocol/src/live/lead.ts: return Math.abs(step) > 0x7fff_ffff ? «0» : step → «1»',
    'Readings that are 68 years apart, and then a guess that costs bytes.',
  ],
  [
    'apps/site-relay/src/link/backfill.ts: through: last.at «>» throughAt ? upTo : { epoch, at: last.at }, → «>=»',
    'Where the two are equal, both ends of the choice are the same moment.',
  ],
  [
    "apps/site-relay/src/link/connection.ts: session.queued('backfill') «<» aheadBytes, → «<=»",
    'With exactly as many bytes queued either answer is right.',
  ],
  [
    "apps/site-relay/src/link/dial.ts: if (text !== complaint) «deps.log('info', `control is not reached: ${text}`)» → «void 0»",
    'A line in a log.',
  ],
  [
    'apps/control-worker/src/site/from-relay-frames.ts: at: -«1», → «2»',
    'Frames that are told were all made after 1970.',
  ],
  [
    'apps/control-worker/src/site/turn.ts: if (seat.box === null «||» before === null || before === seat.box) → «&&»',
    'Who proved a key has one, and its relay has at least one box: neither is null.',
  ],
  [
    'packages/protocol/src/live/follow.ts: const header = { ...overlay.header, advanceS: «0» } → «1»',
    'Who writes a frame and who reads it guess alike, whatever the guess.',
  ],
  [
    'packages/protocol/src/live/follow.ts: return encodeFrame({ header: { ...header, baseEpoch: 0, baseSeq: 0, advanceS: «0» }, base: null, table }) → «1»',
    'A keyframe has no base that the guess could be about.',
  ],
  [
    'apps/control-worker/src/site/lease.ts: if (state === undefined «||» box === null) return → «&&»',
    'A link that was welcome has both.',
  ],
  [
    'apps/control-worker/src/site/relay-book.ts: epoch: z.number().int().min(0).default(«0»), → «1»',
    'Of a row that an older release wrote: the hello, which comes before anything uses it, says.',
  ],
  ['apps/site-relay/src/lease/pair.ts: knownEpoch: «0», → «1»', 'Only an epoch that is later than now counts.'],
  [
    'apps/control-worker/src/actors/alarms.ts: if (known.size > 0 «&&» (await storage.getAlarm()) === null) arm() → «||»',
    'Arms again what is armed, for the same time.',
  ],
  [
    'apps/control-worker/src/site/delivery.ts: const epochOf = ({ book } , link ) => book.get(link.seat.relay)?.epoch ?? «0» → «1»',
    'A link that was welcome has a relay.',
  ],
  [
    'apps/control-worker/src/site/site.ts: if (state !== undefined «&&» rest !== undefined) book.save({ ...state, turn: { ...state.turn, boxes: rest } }) → «||»',
    'The one is there exactly when the other is.',
  ],
  [
    "apps/site-relay/src/lease/pair.ts: changed: (disk, text) => log[disk === 'ok' ?« 'info' : 'error'»](text), → «'error' : 'info'»",
    'The level of a line in a log.',
  ],
  [
    'apps/site-relay/src/store/renewal.ts: place => place.epoch «>» 0 && place.epoch >= announced() && !journal.hasWritten(place), → «>=»',
    'Every box begins an epoch above 0 before it writes: who is in 0 is at 0/0, and that always counts as written.',
  ],
  [
    'apps/site-relay/src/store/lease.ts: const term = newTerm(Math.max(known, own ?? «0»), now) + unheard → «1»',
    'A term is called by the clock, which is far above both.',
  ],
])

/** Why a mutant is not tried; null when it is. */
export const replacedReason = (name: string): string | null => replaced.get(name) ?? null
