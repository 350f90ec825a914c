import { askHttp } from '../ask.ts'
import type { Dialogue, HttpRequest } from '../driver.ts'
import { row, type Row } from '../reading/rows.ts'

/** AxeOS has no login. It runs on Wi-Fi with very few sockets, and may take its time. */
export function axe(path: string, extra: Partial<HttpRequest> = {}): HttpRequest {
  return {
    kind: 'http',
    method: 'GET',
    path,
    port: 80,
    auth: 'none',
    account: null,
    body: null,
    timeoutMs: 10_000,
    ...extra,
  }
}

export function* askInfo(): Dialogue<Row> {
  return yield* askHttp(axe('/api/system/info'), row)
}

export function post(path: string): HttpRequest {
  return axe(path, { method: 'POST', writes: true })
}
