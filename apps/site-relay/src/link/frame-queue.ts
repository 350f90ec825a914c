/** Packed frames that are made and not taken by the lane yet. A beat that was made must go out: its leader waits for it. */
export interface FrameQueue {
  readonly push: (messages: readonly Uint8Array<ArrayBuffer>[]) => void
  readonly pump: () => void
  /** While it is not, no new frames are made: changes merge in the table [S3]. */
  readonly isEmpty: () => boolean
}

export interface FrameLane {
  readonly sendFrames: (payload: Uint8Array<ArrayBuffer>) => boolean
  readonly queued: (lane: 'live') => number
}

/** More than this under way, and the next live frame waits. */
const enoughBytes = 64 * 1024

export function createFrameQueue(lane: FrameLane): FrameQueue {
  const waiting: Uint8Array<ArrayBuffer>[] = []
  const pump = () => {
    for (let head = waiting[0]; head && lane.sendFrames(head); head = waiting[0]) waiting.shift()
  }
  return {
    push: messages => {
      waiting.push(...messages)
      pump()
    },
    pump,
    isEmpty: () => waiting.length === 0 && lane.queued('live') < enoughBytes,
  }
}
