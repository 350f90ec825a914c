import type { Account, HttpRequest } from '../driver.ts'

/** Bitmain ships every machine with root/root. */
const account: Account = { driver: 'antminer-stock', standard: { user: 'root', password: 'root' } }

export function cgi(name: string, extra: Partial<HttpRequest> = {}): HttpRequest {
  const path = `/cgi-bin/${name}.cgi`
  return { kind: 'http', method: 'GET', path, port: 80, auth: 'digest', account, body: null, ...extra }
}

/** 2020 and later. Writes take the machine up to ten seconds: it restarts its mining process first. */
export function postJson(name: string, value: unknown): HttpRequest {
  return cgi(name, { method: 'POST', body: { type: 'json', value }, writes: true, timeoutMs: 10_000 })
}

/** Before 2020. `set_miner_conf.cgi` of the S9 answers after it has slept for 30 s. */
export function postForm(
  name: string,
  fields: readonly (readonly [string, string])[],
  timeoutMs = 10_000,
): HttpRequest {
  return cgi(name, { method: 'POST', body: { type: 'form', fields }, writes: true, timeoutMs })
}
