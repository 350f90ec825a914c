/** A pool as it is set on a miner. */
export interface PoolSetting {
  /** `stratum+tcp://host:port` */
  readonly url: string
  readonly user: string
  readonly password: string
}

/** What a miner has come to with a pool since it began to mine. */
export interface PoolShares {
  readonly active: boolean
  readonly alive: boolean
  readonly accepted: number
  readonly rejected: number
  readonly stale: number
  readonly difficulty: number
  readonly lastShareAt: number | null
}

export interface PoolRow extends PoolSetting, PoolShares {
  readonly slot: number
}

export const idle: PoolShares = {
  active: false,
  alive: true,
  accepted: 0,
  rejected: 0,
  stale: 0,
  difficulty: 0,
  lastShareAt: null,
}

/** The host and port of a pool's url; port 3333 where it has none. */
export function hostAndPort(url: string): { host: string; port: number } {
  const [host = '', port = ''] = url.replace(/^[a-z0-9+]+:\/\//i, '').split(':')
  return { host, port: Number.parseInt(port, 10) || 3333 }
}
