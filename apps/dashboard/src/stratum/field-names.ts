/** Names of the positional parameters of Stratum V1 methods, as the protocol's documentation has them. */
const parameterNames: Readonly<Record<string, readonly string[]>> = {
  'mining.subscribe': ['user agent', 'session to resume', 'host', 'port'],
  'mining.authorize': ['worker', 'password'],
  'mining.submit': ['worker', 'job', 'extranonce 2', 'time', 'nonce', 'version bits'],
  'mining.notify': [
    'job',
    'previous block',
    'coinbase, first part',
    'coinbase, second part',
    'merkle branches',
    'version',
    'bits',
    'time',
    'clean jobs',
  ],
  'mining.set_difficulty': ['difficulty'],
  'mining.set_extranonce': ['extranonce 1', 'size of extranonce 2'],
  'mining.set_version_mask': ['mask'],
  'mining.configure': ['extensions', 'their parameters'],
  'mining.suggest_difficulty': ['difficulty'],
  'client.reconnect': ['host', 'port', 'wait'],
  'client.show_message': ['text'],
}

/** What a parameter of a method means; `null` when the protocol has no name for it. */
export function parameterName(method: string | null, place: string | null): string | null {
  return parameterNames[method ?? '']?.[Number(place)] ?? null
}
