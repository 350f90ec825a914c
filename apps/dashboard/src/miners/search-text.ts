import type { MinerInfo } from '@headframe/protocol'

/** All words of a miner that a person may type to find it, lower case. */
export function searchTextOf(info: MinerInfo): string {
  const { address, hostname, make, model, firmware, firmwareVersion, mac, serial, driver } = info
  const texts = [address, hostname, make, model, firmware, firmwareVersion, mac, serial, driver]
  // A loop, for it runs for every miner of a site while the page waits for its first rows.
  let joined = ''
  for (const text of texts) if (text !== null) joined += `${text} `
  for (const { url, user } of info.pools) joined += `${url ?? ''} ${user ?? ''} `
  return joined.toLowerCase()
}
