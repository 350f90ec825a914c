import type { MinerInfo } from '@headframe/protocol'

/** All words of a miner that a person may type to find it, lower case. */
export function searchTextOf(info: MinerInfo): string {
  const pools = info.pools.flatMap(pool => [pool.url, pool.user])
  const { address, hostname, make, model, firmware, firmwareVersion, mac, serial, driver } = info
  return [address, hostname, make, model, firmware, firmwareVersion, mac, serial, driver, ...pools]
    .filter(text => text !== null)
    .join(' ')
    .toLowerCase()
}
