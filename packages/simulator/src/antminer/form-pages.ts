import type { HttpAnswer, HttpRequest } from '../http.ts'
import { formConfiguration, withForm } from './configuration.ts'
import { minerStatus } from './web-form.ts'
import { systemInfo } from './web-reads.ts'
import type { Web } from './web.ts'

/** The web API of the S9 and first S17: shell scripts, and forms. */
export function formPages(web: Web, request: HttpRequest): HttpAnswer | null {
  const { inside, model } = web
  switch (request.path) {
    case '/cgi-bin/get_system_info.cgi':
      return json(systemInfo(model, inside.identity, inside.snapshot()))
    case '/cgi-bin/get_miner_status.cgi':
      return json(minerStatus(model, inside.snapshot()))
    case '/cgi-bin/get_miner_conf.cgi':
      return json(formConfiguration(web.configuration()))
    case '/cgi-bin/set_miner_conf.cgi':
      return setConfiguration(web, request.body)
    case '/cgi-bin/blink.cgi':
      return blink(web, new URLSearchParams(request.body).get('action'))
    case '/cgi-bin/reboot.cgi':
      // The script is killed before it can answer.
      inside.reboot()
      return null
    default:
      return { status: 404, type: 'text/html', text: '<h1>404 - Not Found</h1>' }
  }
}

function setConfiguration(web: Web, body: string): HttpAnswer {
  web.configure(withForm(web.configuration(), body))
  return { status: 200, type: 'text/plain', text: 'ok\n' }
}

function blink(web: Web, action: string | null): HttpAnswer {
  if (action === 'startBlink') web.inside.locate(true)
  if (action === 'stopBlink') web.inside.locate(false)
  return json({ isBlinking: web.inside.snapshot().locating })
}

// These scripts say that they are pages.
function json(value: unknown): HttpAnswer {
  return { status: 200, type: 'text/html', text: JSON.stringify(value) }
}
