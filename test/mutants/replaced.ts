interface Replaced {
  /** Of the name of a mutant. */
  readonly part: RegExp
  readonly reason: string
}

/** Mutants that are no mistake, or none that a simulation could see: others take their place. */
const replaced: readonly Replaced[] = [
  {
    part: /(Bytes|Ms\b|At\b|now|monotonic|until\b|deadline|length|size|slots|most|max|excess|Every)[^«]*«[<>]=?»|«[<>]=?»[^→]*(Bytes|Ms\b|At\b|now|monotonic|until\b|deadline|length|size|slots|most|max[A-Z]|first\b)/,
    reason: 'At the very end of a size or a time either answer is right.',
  },
  { part: /(log|complain)\(|console\./, reason: 'A line in a log.' },
  {
    part: /now === disk|function found|lostAt|whyDown|link\.ts: .*look|leftOf|Math\.min\(leaseMs/,
    reason: 'What people are told of it, and nothing else.',
  },
  { part: /function chunksOf/, reason: 'Only tests use it.' },
  { part: /openStore|new DatabaseSync/, reason: 'A simulated disk is opened without it; store/open.test.ts tries it.' },
  {
    part: /commonAdvance|counts\.set|nullCode|best\[1\]|Math\.abs\(step\)/,
    reason: 'A worse guess costs bytes and no truth; live/size.test.ts counts them.',
  },
  { part: /shown\.slots/, reason: 'The same rows in a table of the same length.' },
  { part: /freeRing|Math\.max\(\.\.\.rings\)/, reason: 'Rings of several relays; beat-store.test.ts has them.' },
  { part: /past === undefined|beatsPerHour|hourly/, reason: 'Reads an hour of the past; beat-store.test.ts does.' },
  { part: /attempt \+=|firstCopyMs|lastLookMs/, reason: 'Another pace; the tests beside it say which.' },
  { part: /Math\.max\(epoch, past\) \+/, reason: 'An epoch is above the last, by how much does not matter.' },
  {
    part: /demo: «false»|pollEveryMs: «|quarantined: «0»|clockOffsetMs: «0»|clockSampleMs: «/,
    reason: 'Of a relay that was not heard yet; its hello says.',
  },
  { part: /known\.get\(cohort\) \?\? \{ epoch/, reason: 'No beat has that place either: a keyframe follows.' },
  { part: /noted|pruneTold|pruneCommands/, reason: 'Bounds what is kept; retention.test.ts counts the rows.' },
  {
    part: /maxSlots|hasRoom|maxCohorts|mostEvents|journal\.cap|excess|maxUnproven|makeRoom|mostUnderWay|mostWaiting/,
    reason: 'A limit that no small site comes near; the tests beside it do.',
  },
  { part: /ttlMs: Math\.max\(«0»/, reason: 'A millisecond of a life that is over.' },
  {
    part: /takeOver|giverKnows|unheard|UPDATE lease SET own/,
    reason: "A person's word; test/end-to-end/standby.test.ts has it.",
  },
  {
    part: /\(await storage\.getAlarm\(\)\) === null/,
    reason: 'An alarm that storage lost; the simulated storage loses none.',
  },
  { part: /\bid\)\) return$|asked\.some/, reason: '`answered` looks again.' },
]

/** Why a mutant is not tried; null when it is. */
export const replacedReason = (name: string): string | null =>
  replaced.find(({ part }) => part.test(name))?.reason ?? null
