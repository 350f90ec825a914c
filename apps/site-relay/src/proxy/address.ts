/** Where a listener is bound, or a pool is found. */
export interface Address {
  readonly host: string
  readonly port: number
}

export interface PoolAddress extends Address {
  readonly tls: boolean
  /** As configured. */
  readonly url: string
}

/** Where miners connect, and where their bytes go. */
export interface Route {
  readonly listen: Address
  readonly pool: PoolAddress
}

/** Reads one entry of the configuration; null when it is none. */
export function readRoute(entry: { readonly listen: string; readonly pool: string }): Route | null {
  const listen = readAddress(entry.listen)
  const [, scheme, rest = ''] = /^stratum\+(tcp|ssl|tls):\/\/([^/\s@]+)\/?$/.exec(entry.pool) ?? []
  const pool = readAddress(rest)
  if (listen === null || pool === null || pool.port === 0) return null
  return { listen, pool: { ...pool, tls: scheme !== 'tcp', url: entry.pool } }
}

/** Whether a pool is where miners connect, so that the proxy would dial itself without end. */
export function dialsItself(route: Route, routes: readonly Route[]): boolean {
  const isHere = /^(127\..*|localhost|::1)$/.test(route.pool.host)
  return routes.some(
    ({ listen }) =>
      listen.port === route.pool.port &&
      (listen.host === route.pool.host || (isHere && ['0.0.0.0', '::'].includes(listen.host))),
  )
}

export function addressText(address: Address): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}

/** `host:port`, `127.0.0.1:3333`, `[::1]:3333`. Port 0 lets the system choose. */
function readAddress(text: string): Address | null {
  const [, bracketed, plain, digits = ''] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s[\]]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  return host === undefined || port > 65_535 ? null : { host, port }
}
