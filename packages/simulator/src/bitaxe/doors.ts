import { z } from 'zod'
import { httpDoor, type HttpAnswer, type HttpRequest } from '../http.ts'
import type { BitaxeModel } from '../model.ts'
import { hostAndPort, type PoolSetting } from '../pool.ts'
import type { Door, Inside } from '../protocol.ts'
import { asicInfo, systemInfo } from './info.ts'

/** AxeOS: JSON over HTTP, without a login. */
export function bitaxeDoors(inside: Inside, model: BitaxeModel): readonly Door[] {
  return [httpDoor(inside, request => respond(inside, model, request))]
}

function respond(inside: Inside, model: BitaxeModel, request: HttpRequest): HttpAnswer {
  // AxeOS answers pages of its own network only; a browser elsewhere says so by its Origin.
  if (request.headers.origin !== undefined) return plain(401, 'Unauthorized')
  switch (`${request.method} ${request.path}`) {
    case 'GET /':
      return { status: 200, type: 'text/html', text: '<!doctype html><title>AxeOS</title>' }
    case 'GET /api/system/info':
      return json(systemInfo(model, inside.identity, inside.snapshot()))
    case 'GET /api/system/asic':
      return json(asicInfo(model))
    case 'PATCH /api/system':
      return patch(inside, request.body)
    case 'POST /api/system/restart':
      return { ...plain(200, 'System will restart shortly.'), after: () => inside.reboot() }
    case 'POST /api/system/identify':
      return model.recent ? identify(inside) : plain(404, 'Not found')
    default:
      return plain(404, 'Not found')
  }
}

const field = z.string().max(256)
const port = z.number().int().min(1).max(65_535)

const change = z.object({
  stratumURL: field.optional(),
  stratumPort: port.optional(),
  stratumUser: field.optional(),
  stratumPassword: field.optional(),
  fallbackStratumURL: field.optional(),
  fallbackStratumPort: port.optional(),
  fallbackStratumUser: field.optional(),
  fallbackStratumPassword: field.optional(),
})

// Stored at once and told at once; mined with after a restart.
function patch(inside: Inside, body: string): HttpAnswer {
  const asked = change.safeParse(parsed(body))
  if (!asked.success) return plain(400, 'Invalid JSON')
  const [primary, fallback] = inside.snapshot().configured
  const { data } = asked
  inside.setPools([
    merge(primary, {
      host: data.stratumURL,
      port: data.stratumPort,
      user: data.stratumUser,
      password: data.stratumPassword,
    }),
    merge(fallback, {
      host: data.fallbackStratumURL,
      port: data.fallbackStratumPort,
      user: data.fallbackStratumUser,
      password: data.fallbackStratumPassword,
    }),
  ])
  return plain(200, '')
}

interface PoolChange {
  readonly host: string | undefined
  readonly port: number | undefined
  readonly user: string | undefined
  readonly password: string | undefined
}

function merge(pool: PoolSetting | undefined, with_: PoolChange): PoolSetting {
  const had = hostAndPort(pool?.url ?? '')
  const host = with_.host ?? had.host
  return {
    url: host === '' ? '' : `stratum+tcp://${host}:${with_.port ?? had.port}`,
    user: with_.user ?? pool?.user ?? '',
    password: with_.password ?? pool?.password ?? 'x',
  }
}

// The button is a toggle, and the screen goes back by itself after 30 s.
function identify(inside: Inside): HttpAnswer {
  const on = !inside.snapshot().locating
  inside.locate(on, 30_000)
  return json({ message: on ? 'The device says "Hi!" for 30 seconds.' : 'The device no longer says "Hi!".' })
}

function json(value: unknown): HttpAnswer {
  return { status: 200, text: JSON.stringify(value) }
}

function plain(status: number, text: string): HttpAnswer {
  return { status, type: 'text/plain', text }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
