interface Replaced {
  /** Of the name of a mutant. */
  readonly part: RegExp
  readonly reason: string
}

/** Mutants that are no mistake, or none that a simulation could see: others take their place. */
const replaced: readonly Replaced[] = [
  {
    part: /(Bytes|Ms\b|At\b|now|monotonic|until\b|deadline|length|size|slots|most|max|excess|Every)[^«]*«[<>]=?»|«[<>]=?»[^→]*(Bytes|Ms\b|At\b|now|monotonic|until\b|deadline|length|size|slots|most|max[A-Z])/,
    reason: 'At the very end of a size or a time either answer is right.',
  },
  { part: /«[^»]*\b(log|complain|console)\b[^»]*» → «void 0»/, reason: 'A line in a log.' },
  { part: /(log|complain)\(/, reason: 'A line in a log.' },
  { part: /function chunksOf/, reason: 'Only tests use it.' },
  {
    part: /openStore|new DatabaseSync/,
    reason: 'The simulated disk is opened without it; store/open.test.ts tries it.',
  },
  {
    part: /commonAdvance|counts\.set|last === nullCode|code === nullCode|last «===» nullCode|code «===» nullCode|best\[1\]|Math\.abs\(step\)/,
    reason: 'A worse guess costs bytes and no truth; live/size.test.ts counts them.',
  },
  { part: /freeRing|Math\.max\(\.\.\.rings\)/, reason: 'Rings of several relays; beat-store.test.ts has them.' },
  { part: /attempt \+=/, reason: 'Another pace of dialling; reconnect.test.ts says which.' },
]

/** Why a mutant is not tried; null when it is. */
export const replacedReason = (name: string): string | null =>
  replaced.find(({ part }) => part.test(name))?.reason ?? null
