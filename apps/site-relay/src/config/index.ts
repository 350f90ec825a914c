export { addressNumber, addressText, parseAddresses, type Span } from './addresses.ts'
export { ConfigError, loadConfig, readConfig } from './load.ts'
export type { CaptureConfig, ProxyConfig, RangeConfig, RelayConfig } from './schema.ts'
