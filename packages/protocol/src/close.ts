/** Why a socket was closed for good. Codes of ours are 4000 and up; `retry` says whether coming back can help. */
export const closes = {
  badMessage: { code: 4000, reason: 'a message did not match the protocol', retry: true },
  versionMismatch: { code: 4001, reason: 'no protocol version in common', retry: false },
  unproven: { code: 4002, reason: 'the relay did not prove its key', retry: false },
  revoked: { code: 4003, reason: 'this key or session was revoked', retry: false },
  duplicateKey: { code: 4004, reason: 'another machine uses this key', retry: false },
  superseded: { code: 4005, reason: 'a newer link of the same relay took over', retry: false },
  tooSlow: { code: 4006, reason: 'the reader stopped reading', retry: true },
  outOfCredit: { code: 4007, reason: 'sent more than was granted', retry: true },
  lostState: { code: 4008, reason: 'the other side lost its place; start over', retry: true },
  signedOut: { code: 4009, reason: 'signed out', retry: false },
  forbidden: { code: 4010, reason: 'no right to this site', retry: false },
  /** Not `unproven`: a line that stalls must not end a relay for good. */
  late: { code: 4011, reason: 'the relay did not prove its key in time', retry: true },
  notHolder: { code: 4013, reason: 'another box of this relay holds the lease', retry: true },
  crowded: { code: 4012, reason: 'too many dashboards of this person or site are open', retry: true },
  /** Two boxes are enrolled, and this one is not set up to share a lease with the other. */
  notOfPair: {
    code: 4014,
    reason: 'set standby in relay.json of both boxes of this relay, or remove the other box',
    retry: true,
  },
  /** Not `revoked`: a control that lost its data, or was rolled back, says this of a relay that is as good as before. */
  unknownRelay: { code: 4015, reason: 'this control does not know this relay', retry: false },
  /** Not `revoked`: its relay goes on with another box. */
  boxRemoved: { code: 4016, reason: 'this box was taken away from its relay', retry: false },
} as const

export type CloseName = keyof typeof closes
