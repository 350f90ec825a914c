/** Headers by which miniflare, workerd or a proxy would be told where a request came from: a client must not say so. */
const spoofable = /^(mf-|cf-|x-forwarded|forwarded$|x-real-ip$|true-client-ip$|x-client-ip$|via$)/i
/** Of one connection only (RFC 9110 7.6.1). */
const hopByHop = /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|http2-settings|expect)$/i
/**
 * What is sent most is packed already. Of a socket that deflates workerd keeps windows of 300 KB and more for as long as
 * it is open, and each message to a thousand of them is deflated a thousand times.
 */
const unwanted = /^sec-websocket-extensions$/i

/** The headers that go on, of the pairs as Node gives them (`rawHeaders`): flat, repeats and case kept. */
export function forwardedHeaders(raw: readonly string[]): string[] {
  const kept: string[] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = '', value = ''] = raw.slice(index, index + 2)
    if (![spoofable, hopByHop, unwanted].some(names => names.test(name))) kept.push(name, value)
  }
  return kept
}

/**
 * The target that goes on; `null` when it must not: miniflare answers some paths by itself.
 * Taken apart as workerd does, so that `/x/../cdn-cgi/` is seen for what it is.
 */
export function forwardedTarget(target: string | undefined): string | null {
  if (target === undefined || !target.startsWith('/') || !URL.canParse(`http://host${target}`)) return null
  const { pathname, search } = new URL(`http://host${target}`)
  return /^\/+cdn-cgi(\/|$)/i.test(pathname) ? null : `${pathname}${search}`
}
