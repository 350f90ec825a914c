import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'

/**
 * Looks a name up once for all who ask meanwhile. The system looks up four names at a time (libuv's pool): without this,
 * miners of a pool whose name servers are silent would fill the line, and those of another pool would wait behind them.
 */
export function shareLookups(resolve: (host: string) => Promise<readonly LookupAddress[]>): LookupFunction {
  const running = new Map<string, Promise<readonly LookupAddress[]>>()
  const once = (host: string) => {
    const known = running.get(host)
    if (known !== undefined) return known
    const found = resolve(host).finally(() => running.delete(host))
    running.set(host, found)
    return found
  }
  return (host, options, callback) => {
    const give = (found: readonly LookupAddress[]) => {
      const [first] = found
      if (options.all === true || first === undefined) callback(null, [...found])
      else callback(null, first.address, first.family)
    }
    const fail = (error: NodeJS.ErrnoException) => callback(error, '')
    void once(host).then(give, fail)
  }
}
