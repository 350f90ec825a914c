import { z } from 'zod'
import type { HttpAnswer, HttpRequest } from '../http.ts'
import { jsonConfiguration, withJson } from './configuration.ts'
import { minerType, systemInfo, webPools, webStats, webSummary } from './web-reads.ts'
import type { Web } from './web.ts'

/** The web API of 2020 and later: GET and POST of JSON. */
export function jsonPages(web: Web, request: HttpRequest): HttpAnswer {
  const { inside, model } = web
  const at = inside.snapshot()
  switch (request.path) {
    case '/cgi-bin/get_system_info.cgi':
      return json(systemInfo(model, inside.identity, at))
    case '/cgi-bin/get_network_info.cgi':
      return json({ nettype: 'DHCP', macaddr: inside.identity.mac, ipaddress: at.address, netmask: '255.0.0.0' })
    case '/cgi-bin/miner_type.cgi':
      return json(minerType(model))
    case '/cgi-bin/stats.cgi':
      return json(webStats(model, inside.identity, at))
    case '/cgi-bin/summary.cgi':
      return json(webSummary(model, at))
    case '/cgi-bin/pools.cgi':
      return json(webPools(model, at))
    case '/cgi-bin/get_miner_conf.cgi':
      return json(jsonConfiguration(web.configuration()))
    case '/cgi-bin/set_miner_conf.cgi':
      return setConfiguration(web, request.body)
    case '/cgi-bin/get_blink_status.cgi':
      return json({ blink: at.locating })
    case '/cgi-bin/blink.cgi':
      return blink(web, request.body)
    case '/cgi-bin/reboot.cgi':
      return { status: 200, text: '', after: () => inside.reboot() }
    default:
      return { status: 404, type: 'text/html', text: '<h1>404 - Not Found</h1>' }
  }
}

function setConfiguration(web: Web, body: string): HttpAnswer {
  const next = withJson(web.configuration(), parsed(body), web.model.wantsWholeConfiguration)
  if (next === null) return json({ stats: 'error', code: 'M001', msg: 'Data format error!' })
  web.configure(next)
  return json({ stats: 'success', code: 'M000', msg: 'OK!' })
}

const blinkRequest = z.object({ blink: z.union([z.boolean(), z.enum(['true', 'false'])]) })

function blink(web: Web, body: string): HttpAnswer {
  const asked = blinkRequest.safeParse(parsed(body))
  if (!asked.success) return json({ stats: 'error', code: 'B001', msg: 'Data format error!' })
  const on = String(asked.data.blink) === 'true'
  web.inside.locate(on)
  return json({ code: on ? 'B000' : 'B100' })
}

function json(value: unknown): HttpAnswer {
  return { status: 200, text: JSON.stringify(value) }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
