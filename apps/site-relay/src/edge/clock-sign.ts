import { existsSync, statSync } from 'node:fs'

/** Made by systemd-timesyncd once it has set the clock since boot (systemd-timesyncd.service(8)). */
const timesyncSign = '/run/systemd/timesync/synchronized'
/** chronyd and ntpd write these about once an hour while they follow another clock (chrony.conf(5), ntp.conf(5)). */
const driftFiles = [
  '/var/lib/chrony/drift',
  '/var/lib/chrony/chrony.drift',
  '/var/lib/ntp/ntp.drift',
  '/var/lib/ntp/drift',
  '/var/lib/ntpsec/ntp.drift',
]
const freshMs = 2 * 3_600_000

/** True when something on this machine vouches for its clock. */
export function isClockSynchronised(now: number): boolean {
  return existsSync(timesyncSign) || driftFiles.some(path => isFresh(path, now))
}

function isFresh(path: string, now: number): boolean {
  const writtenAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs
  return writtenAt !== undefined && Math.abs(now - writtenAt) < freshMs
}
