export { addressText, parseAddresses } from './addresses.ts'
export { loadConfig, readConfig } from './load.ts'
export type { ProxyConfig, RangeConfig, RelayConfig } from './schema.ts'
