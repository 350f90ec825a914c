/** Lanes of a link, most urgent first. Append only: the position is the byte on the wire. */
export const lanes = ['control', 'events', 'live', 'backfill', 'bulk'] as const
export type Lane = (typeof lanes)[number]

/** A chunk is the most that a message of a lower lane can delay one of a higher lane. */
export const maxChunkBytes = 64 * 1024
/** No message is larger, on any lane. */
export const maxMessageBytes = 256 * 1024

/** Bytes that a sender may have under way on a lane before the reader grants more [S7]. Both ends start from these. */
export const initialCreditBytes: Readonly<Record<Lane, number>> = {
  control: 512 * 1024,
  events: 512 * 1024,
  live: 512 * 1024,
  backfill: 256 * 1024,
  bulk: 256 * 1024,
}
