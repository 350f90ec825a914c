/** WhatsMiners become unstable when they are asked more often than about every 10 s. */
export const pollFloorMs = 10_000
