/** Clocks in ms call epochs, some 2^41 today; whole numbers end at 2^53. */
export const maxEpoch = 2 ** 50
/** A relay goes past what a control knows up to here only, so that it has epochs left for all its starts. */
export const maxFollowedEpoch = maxEpoch / 2
